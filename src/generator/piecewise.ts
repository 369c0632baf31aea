import { UserError } from '../errors.js';
import type { ArrivalProcess } from './arrival-process.js';
import { MOST_DURATION_MS, MOST_RATE_PER_SECOND, numberWithin, shown } from './bounds.js';
import { areaOf, evenlyThroughRates, poissonThroughRates, type RateSegment } from './through-rates.js';

/** A corner of a rate curve. */
export type RatePoint = readonly [atMs: number, ratePerSecond: number];

/** Where the arrivals fall under the curve: at random (a Poisson process), or where its area reaches 0, 1, 2, ... */
export const SPACINGS = ['random', 'even'] as const;
export type Spacing = (typeof SPACINGS)[number];

/**
 * Arrivals whose rate follows straight lines between points. Before the first point and after the last the rate is
 * theirs; two points at one time are a jump. `meanPerSecond` is the average between the first and the last.
 */
export function piecewise(points: readonly RatePoint[], spacing: Spacing = 'random'): ArrivalProcess {
  checkPoints(points);
  return {
    name: 'piecewise',
    meanPerSecond: meanBetween(points),
    arrivals: (random, durationMs) => {
      const segments = segmentsUntil(points, durationMs);
      return spacing === 'even'
        ? evenlyThroughRates(segments, durationMs)
        : poissonThroughRates(segments, random, durationMs);
    },
  };
}

/** The curve over [0, durationMs) as adjoining lines. */
export function* segmentsUntil(
  points: readonly RatePoint[],
  durationMs: number,
): Generator<RateSegment, void, undefined> {
  const first = points[0] ?? [0, 0];
  const last = points.at(-1) ?? first;
  let [startMs, startPerSecond] = [0, first[1]];
  for (const [atMs, ratePerSecond] of [...points, [durationMs, last[1]] as const]) {
    const endMs = Math.min(atMs, durationMs);
    if (endMs > startMs) {
      const reached = (endMs - startMs) / (atMs - startMs);
      const endPerSecond = reached === 1 ? ratePerSecond : startPerSecond + (ratePerSecond - startPerSecond) * reached;
      yield { startMs, endMs, startPerSecond, endPerSecond };
    }
    if (atMs >= durationMs) return;
    startMs = endMs;
    startPerSecond = ratePerSecond;
  }
}

function meanBetween(points: readonly RatePoint[]): number {
  const fromMs = points[0]?.[0] ?? 0;
  const toMs = points.at(-1)?.[0] ?? 0;
  if (fromMs === toMs) return points.at(-1)?.[1] ?? 0;
  const shifted = points.map(([atMs, rate]): RatePoint => [atMs - fromMs, rate]);
  return (areaOf(segmentsUntil(shifted, toMs - fromMs)) * 1000) / (toMs - fromMs);
}

function checkPoints(points: readonly RatePoint[]): void {
  if (points.length < 1 || points.length > MOST_POINTS)
    throw new UserError(`points: give 1 to ${String(MOST_POINTS)} points [atMs, ratePerSecond]`);
  points.forEach(([atMs, ratePerSecond], i) => {
    numberWithin(atMs, `points[${String(i)}][0]`, 0, MOST_DURATION_MS);
    numberWithin(ratePerSecond, `points[${String(i)}][1]`, 0, MOST_RATE_PER_SECOND);
    const previous = points[i - 1];
    if (previous !== undefined && atMs < previous[0])
      throw new UserError(
        `points[${String(i)}]: its time ${shown(atMs)} is before the one ahead of it; sort the points by time`,
      );
  });
  if (points.every(([, rate]) => rate === 0)) throw new UserError('points: every rate is 0; give one above 0');
}

export const MOST_POINTS = 100_000;
