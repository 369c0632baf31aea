import type { Stops } from '../run.js';
import type { Stretch } from './watch-stops.js';

const MOST_LISTED = 20;
/** Two threads see the same stop up to a beat apart. */
const LEAST_SHARED_MS = 30;

/**
 * When the process was stopped: all of its threads at once. One thread alone may have waited for a disk, or for what a plugin
 * does. Each list is in order of time; what lies before due 0 or after the end does not count.
 */
export function stopsOf(threads: readonly (readonly Stretch[])[], endedMs: number): Stops {
  const whole: readonly Stretch[] = [{ fromMs: 0, toMs: endedMs }];
  const stops = threads
    .reduce(inBoth, whole)
    .map(({ fromMs, toMs }) => ({ atMs: fromMs, lengthMs: toMs - fromMs }))
    .filter(({ lengthMs }) => lengthMs >= LEAST_SHARED_MS);
  const longest = [...stops].sort((a, b) => b.lengthMs - a.lengthMs).slice(0, MOST_LISTED);
  return {
    count: stops.length,
    totalMs: stops.reduce((sum, { lengthMs }) => sum + lengthMs, 0),
    longest: longest.sort((a, b) => a.atMs - b.atMs),
  };
}

function inBoth(some: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  const both: Stretch[] = [];
  for (let i = 0, j = 0; i < some.length && j < others.length;) {
    const [one, other] = [some[i] as Stretch, others[j] as Stretch];
    const fromMs = Math.max(one.fromMs, other.fromMs);
    const toMs = Math.min(one.toMs, other.toMs);
    if (toMs > fromMs) both.push({ fromMs, toMs });
    if (one.toMs < other.toMs) i++;
    else j++;
  }
  return both;
}
