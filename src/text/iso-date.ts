/** A date in UTC as ISO 8601, of ms since 1970. Reads no clock. */
export function isoDate(ms: number): string {
  return new Date(ms).toISOString();
}

/** Ms since 1970 of a date as ISO 8601; NaN where it is none. */
export function isoDateMs(text: string): number {
  return Date.parse(text);
}
