/** The least length of a block: queues outlast the second that filled them. */
const LEAST_SECONDS = 5;

/**
 * A block length for this load: twice the time in which the autocovariance of the arrivals per second falls to 1/e,
 * at least 5 s, at most a quarter of the run. Falls from its value at lag 1: the noise of counting is at lag 0 alone.
 */
export function blockSecondsFor(duePerSecond: readonly number[]): number {
  const counts = duePerSecond.slice(0, -1); // the last second may be a part of one
  const most = Math.max(1, Math.floor(duePerSecond.length / 4));
  return Math.min(most, Math.max(LEAST_SECONDS, 2 * fallSeconds(counts, most)));
}

/** 0 where seconds do not depend on each other: lag 1 is within what chance does to n of them. */
function fallSeconds(counts: readonly number[], most: number): number {
  const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  const deviations = counts.map((n) => n - mean);
  const first = covariance(deviations, 1);
  if (!(first > (2 / Math.sqrt(counts.length)) * covariance(deviations, 0))) return 0;
  for (let lag = 2; lag < most; lag++) if (covariance(deviations, lag) < first / Math.E) return lag;
  return most;
}

function covariance(deviations: readonly number[], lag: number): number {
  let sum = 0;
  for (let i = lag; i < deviations.length; i++) sum += (deviations[i] as number) * (deviations[i - lag] as number);
  return sum / deviations.length;
}
