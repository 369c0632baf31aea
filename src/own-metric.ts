/** A number that a backend measures of its own, one for each request: tokens of an answer, the depth of a queue. */
export interface OwnMetric {
  /** A letter, then letters and digits, at most 32 characters: `outputTokens`. */
  readonly name: string;
  /** What it counts, for people: `tokens`; printable, at most 16 characters. Absent: a plain number. */
  readonly unit?: string;
}
