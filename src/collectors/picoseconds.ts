export const PS_PER_MS = 1e9;
/** Longer times count as this; no clock gets there. */
const MOST_MS = 2 ** 90;

/** Ms from 0 on as whole picoseconds: their sums are exact, whatever the order, and up to 2.5 h they lose less than a clock resolves. */
export function psOf(ms: number): number {
  return Math.floor((ms < MOST_MS ? ms : MOST_MS) * PS_PER_MS + 0.5);
}
