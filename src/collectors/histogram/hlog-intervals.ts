import type { HlogInterval } from '../../report/hlog.js';
import { hdrEncoder } from './hdr-histogram.js';
import { valuesOf, type IntervalLatencies } from './interval-latencies.js';
import type { LogHistogram } from './log-histogram.js';

/** The intervals of one kind of latency for a histogram log; where there is none, an empty one over the whole run. */
export async function hlogIntervals(
  tag: string,
  latencies: IntervalLatencies,
  histogram: LogHistogram,
  endedMs: number,
): Promise<HlogInterval[]> {
  const encode = await hdrEncoder();
  const intervals = latencies.list().map((interval) => ({
    tag,
    startSeconds: interval.second,
    lengthSeconds: latencies.lengthSeconds,
    maxMs: interval.maxMs,
    encoded: encode(valuesOf(interval, histogram)),
  }));
  if (intervals.length > 0) return intervals;
  return [{ tag, startSeconds: 0, lengthSeconds: endedMs / 1000, maxMs: 0, encoded: encode([]) }];
}
