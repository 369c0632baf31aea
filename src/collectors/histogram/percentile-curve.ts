import { nearestRank } from './nearest-rank.js';

const STEPS_PER_HALVING = 5;

/**
 * Where a percentile plot of `count` values has its points: 0, 10, .. 40, 50, 55, .. 70, 75, 77.5, ..: this many steps to
 * each halving of the distance to 100 %, up to the last value but one, and 100. Empty without values.
 */
export function curvePercentiles(count: number): number[] {
  if (count === 0) return [];
  const percentiles: number[] = [];
  for (let far = 1; ; far /= 2) {
    for (let step = 0; step < STEPS_PER_HALVING; step++) {
      const beyond = far * (1 - step / (2 * STEPS_PER_HALVING)); // the share above the point
      if (beyond * count <= 1) return [...percentiles, 100];
      percentiles.push(100 * (1 - beyond));
    }
  }
}

/** The values at these percentiles of `count` sorted ones, of which `atRank` knows the first. */
export function curve(
  percentiles: readonly number[],
  count: number,
  atRank: (rank: number) => number | null,
): (number | null)[] {
  return percentiles.map((p) => (count === 0 ? null : atRank(nearestRank(p, count))));
}
