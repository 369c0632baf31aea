/** What the collectors of `--collector` say, by their names; the numbers by the names of their metrics. */
export type CustomSection = Readonly<Record<string, CustomResult>>;

export interface CustomResult {
  readonly metrics: Readonly<Record<string, CustomNumber>>;
  /** Why its numbers are unknown: it threw, or gave what is no number; null: it works. */
  readonly failed: string | null;
}

export interface CustomNumber {
  /** Null: unknown. */
  readonly value: number | null;
  /** What it counts; null: a plain number. */
  readonly unit: string | null;
  readonly worse: 'more' | 'less';
}
