import type { HlogInterval } from '../../report/hlog.js';
import { hdrEncoding } from './hdr-encoding.js';
import type { IntervalLatencies } from './interval-latencies.js';

/** The intervals of one kind of latency for a histogram log; where there is none, an empty one over the whole run. */
export function hlogIntervals(tag: string, latencies: IntervalLatencies, endedMs: number): HlogInterval[] {
  const intervals = latencies.list().map((interval) => ({
    tag,
    startSeconds: interval.second,
    lengthSeconds: latencies.lengthSeconds,
    maxMs: interval.maxMs,
    encoded: hdrEncoding(interval.counts),
  }));
  if (intervals.length > 0) return intervals;
  return [{ tag, startSeconds: 0, lengthSeconds: endedMs / 1000, maxMs: 0, encoded: hdrEncoding([]) }];
}
