import type { Distribution } from '../../report.js';
import type { LatencySpectrum } from '../../spectrum.js';
import { hdrHistogram } from './hdr-histogram.js';
import type { LogHistogram } from './log-histogram.js';
import { nearestRank } from './nearest-rank.js';

const NS_PER_MS = 1e6;
const STEPS_PER_HALVING = 5;
const POINTS = [50, 75, 90, 99, 99.9, 99.99, 99.999, 100];

/** `counts` is of the values of `distribution`; none is reported to lie outside of it, as an edge of a bucket may. */
export async function latencySpectrum(counts: LogHistogram, distribution: Distribution): Promise<LatencySpectrum> {
  const histogram = await hdrHistogram(counts);
  const { count, meanMs, stdevMs, minMs, maxMs } = distribution;
  const inside = (ms: number): number => Math.min(Math.max(ms, minMs ?? 0), maxMs ?? 0);
  const rows: LatencySpectrum['rows'][number][] = [];
  const { percentileIterator: iterator, bucketCount, subBucketCount } = histogram;
  iterator.reset(STEPS_PER_HALVING);
  while (iterator.hasNext()) {
    const { valueIteratedTo, percentileLevelIteratedTo, totalCountToThisValue } = iterator.next();
    rows.push({
      valueMs: inside(valueIteratedTo / NS_PER_MS),
      percentile: percentileLevelIteratedTo / 100,
      count: totalCountToThisValue,
    });
  }
  const atRank = (rank: number): number => histogram.getValueAtPercentile(((rank - 0.25) / count) * 100) / NS_PER_MS;
  const points = count === 0 ? [] : POINTS.map((p) => ({ p, valueMs: inside(atRank(nearestRank(p, count))) }));
  return { rows, points, count, meanMs, stdevMs, maxMs, buckets: bucketCount, subBuckets: subBucketCount };
}
