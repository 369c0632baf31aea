import type { LatencyHistogram } from '../../report.js';
import { countsBetween, equalRatioEdges } from './equal-ratio-edges.js';
import type { Histogram } from './histogram.js';
import { LogHistogram } from './log-histogram.js';

const NS_PER_MS = 1e6;
const NS_PER_US = 1000;
/** Buckets to a doubling: the fewest with which the middle 98 % of the values take up ENOUGH buckets, else the most. */
const FINENESS = [8, 16, 32, 64] as const;
const ENOUGH = 12;

/** Response and service times in buckets to draw, from the first with a count to the last. */
export function latencyBuckets(response: Histogram, service: Histogram): LatencyHistogram {
  const both = new LogHistogram(response.counts.bits);
  both.addAll(response.counts);
  both.addAll(service.counts);
  const edges = equalRatioEdges(both, NS_PER_US, finenessFor(response));
  return {
    edgesMs: edges.map((ns) => ns / NS_PER_MS),
    response: countsBetween(response.counts, edges),
    service: countsBetween(service.counts, edges),
  };
}

function finenessFor(response: Histogram): number {
  const [low, high] = [response.percentile(1) ?? 0, response.percentile(99) ?? 0];
  const doublings = Math.log2(high / low);
  return FINENESS.find((fineness) => !(doublings * fineness < ENOUGH)) ?? FINENESS[FINENESS.length - 1] ?? 8;
}
