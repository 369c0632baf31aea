/**
 * The rank of the p-th percentile (0 < p <= 100) among `count` sorted values, 1-based: ceil(p / 100 * count), at least 1.
 * Nearest rank: the answer is a value that occurred, nothing is interpolated. A product that rounding lifted a hair
 * above a whole number counts as that number (99.9 % of 1000 is rank 999).
 */
export function nearestRank(p: number, count: number): number {
  const exact = (p * count) / 100;
  return Math.max(1, Math.ceil(exact - exact * 2 * Number.EPSILON));
}
