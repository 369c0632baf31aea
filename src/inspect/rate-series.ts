import type { Arrivals } from './arrivals.js';
import { WindowCounts } from './window-counts.js';

/** Arrivals in adjoining windows from time 0; the last may be cut by the end of the trace. */
export interface RateSeries {
  readonly windowMs: number;
  readonly counts: Uint32Array;
  readonly durationMs: number;
}

/** The busiest whole window of one length. */
export interface Peak {
  readonly windowMs: number;
  readonly count: number;
  readonly perSecond: number;
  readonly atMs: number;
}

const MOST_WINDOWS = 4_000_000;
const WINDOWS_MS = [1000, 10_000, 60_000, 600_000, 3_600_000];
const PEAK_WINDOWS_MS = [1000, 10_000, 60_000];

/** Counts in windows of `windowMs`; unless given of a second, or longer where that would be more than four million. */
export function rateSeries(arrivals: Arrivals, windowMs = windowFor(arrivals.durationMs)): RateSeries {
  const { durationMs } = arrivals;
  const counts = new Uint32Array(Math.max(1, Math.ceil((durationMs / windowMs) * (1 - 1e-12))));
  const last = counts.length - 1;
  for (const chunk of arrivals.chunks())
    for (let i = 0; i < chunk.length; i++) {
      const window = Math.min(last, Math.floor((chunk[i] as number) / windowMs));
      counts[window] = (counts[window] as number) + 1;
    }
  return { windowMs, counts, durationMs };
}

function windowFor(durationMs: number): number {
  return WINDOWS_MS.find((windowMs) => durationMs / windowMs <= MOST_WINDOWS) ?? 3_600_000;
}

/** Neighbouring windows added up, `by` at a time. */
export function coarser({ windowMs, counts, durationMs }: RateSeries, by: number): RateSeries {
  const sums = new Uint32Array(Math.ceil(counts.length / by));
  for (let i = 0; i < counts.length; i++) {
    const window = Math.floor(i / by);
    sums[window] = (sums[window] as number) + (counts[i] as number);
  }
  return { windowMs: windowMs * by, counts: sums, durationMs };
}

/** The shortest series of round windows with at most `most` of them. */
export function roundSeries(series: RateSeries, most: number): RateSeries {
  const bys = Array.from({ length: 8 }, (_, power) => [1, 2, 5].map((lead) => lead * 10 ** power)).flat();
  return coarser(series, bys.find((by) => series.counts.length / by <= most) ?? 10 ** 8);
}

/** The whole windows, per second. */
export function ratesOf({ windowMs, counts, durationMs }: RateSeries): Float64Array {
  const whole = Math.min(counts.length, Math.floor((durationMs / windowMs) * (1 + 1e-12)));
  return Float64Array.from(counts.subarray(0, whole), (count) => (count * 1000) / windowMs);
}

/** Peaks over 1, 10 and 60 s, as far as the trace holds a whole window of that length. */
export function peaks(arrivals: Arrivals): Peak[] {
  const counts = PEAK_WINDOWS_MS.map((windowMs) => new WindowCounts(windowMs, arrivals.durationMs));
  for (const chunk of arrivals.chunks()) for (const one of counts) one.take(chunk);
  return counts
    .map((one) => one.finish())
    .filter(({ windows }) => windows > 0)
    .map(({ windowMs, peak, peakAtMs }) => ({
      windowMs,
      count: peak,
      perSecond: (peak * 1000) / windowMs,
      atMs: peakAtMs,
    }));
}

/** The value that a share `p` of the sorted values do not exceed. */
export function quantileOf(sorted: ArrayLike<number>, p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? NaN;
}
