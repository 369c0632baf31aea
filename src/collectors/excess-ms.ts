/** A number of the report may be moved by this much by ourselves, and by this part of itself. */
const SHIFT_MS = 1;
const SHIFT_PART = 0.05;

/** How far beyond what is allowed our own share moves a number, ms; above 0 only where it is too far. */
export function excessMs(reportedMs: number, withoutMs: number): number {
  return Math.abs(reportedMs - withoutMs) - (SHIFT_MS + SHIFT_PART * withoutMs);
}
