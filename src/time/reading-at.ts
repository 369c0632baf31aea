/**
 * What `now` read at the moment since which `sinceMs` counts, ms: two clocks of one pace with different origins. The
 * tightest of several paired readings decides, since a thread may be interrupted in between; the first that is tighter than
 * `tightMs` ends it.
 */
export function readingAt(now: () => number, sinceMs: () => number, readings: number, tightMs = 0): number {
  let tightestMs = Infinity;
  let reading = NaN;
  for (let i = 0; i < readings && tightestMs > tightMs; i++) {
    const before = now();
    const since = sinceMs();
    const after = now();
    if (after - before >= tightestMs) continue;
    tightestMs = after - before;
    reading = (before + after) / 2 - since;
  }
  return reading;
}
