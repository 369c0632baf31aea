import { isoDate } from '../text/iso-date.js';

/** The latencies of an interval, for the log. */
export interface HlogInterval {
  /** Letters and digits. */
  readonly tag: string;
  /** On the run's clock. */
  readonly startSeconds: number;
  readonly lengthSeconds: number;
  readonly maxMs: number;
  /** HdrHistogram V2, compressed, base64; values in ns. */
  readonly encoded: string;
}

/**
 * A histogram log as HdrHistogram's readers take it (format 1.3): a line for each tag and interval, in the order of time.
 * Start and length in seconds since due 0, the maximum in ms, the recorded values in ns. `dueZeroMs`: the date of due 0, ms
 * since 1970; null where there is none.
 */
export function renderHlog(dueZeroMs: number | null, intervals: readonly HlogInterval[]): string {
  const head = [
    '#[Latencies in ns; Interval_Max in ms; times in seconds since due 0]',
    '#[Histogram log format version 1.3]',
    ...(dueZeroMs === null ? [] : [startTime(dueZeroMs)]),
    LEGEND,
  ];
  const inTime = [...intervals].sort((a, b) => a.startSeconds - b.startSeconds);
  return [...head, ...inTime.map(line), ''].join('\n');
}

const LEGEND = '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"';

function startTime(ms: number): string {
  return `#[StartTime: ${(ms / 1000).toFixed(3)} (seconds since epoch), ${isoDate(ms)}]`;
}

function line({ tag, startSeconds, lengthSeconds, maxMs, encoded }: HlogInterval): string {
  return `Tag=${tag},${startSeconds.toFixed(3)},${lengthSeconds.toFixed(3)},${maxMs.toFixed(3)},${encoded}`;
}
