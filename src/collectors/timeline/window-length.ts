/** A window should hold this many requests, so that its percentiles mean something. */
const ENOUGH = 100;
/** A curve needs this many points, however few requests there are. */
const FEWEST = 30;
const MOST = 1000;
const LENGTHS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];

/** The shortest interval of whole seconds of which there are at most 1,000. */
export function intervalLength(seconds: number): number {
  return shortestLength(seconds, MOST);
}

/** The shortest length of whole seconds of which there are at most this many. */
export function shortestLength(seconds: number, most: number): number {
  return LENGTHS.find((length) => seconds / length <= most) ?? Math.ceil(seconds / most);
}

/** How many seconds to put together for one point of a latency curve. */
export function windowLength(seconds: number, requests: number): number {
  const perSecond = requests / Math.max(1, seconds);
  const few = LENGTHS.findLast((length) => seconds / length >= FEWEST) ?? 1;
  const enough = LENGTHS.find((length) => perSecond * length >= ENOUGH) ?? few;
  return Math.max(intervalLength(seconds), Math.min(few, enough));
}
