/** One histogram of the whole run, for the log. */
export interface HlogInterval {
  /** Letters and digits. */
  readonly tag: string;
  /** Null when empty. */
  readonly maxMs: number | null;
  /** HdrHistogram V2, compressed, base64; values in ns. */
  readonly encoded: string;
}

/**
 * A histogram log as HdrHistogram's readers take it (format 1.3): one interval line per tag, from due 0 to the end of
 * the run. Start and length in seconds on the run's clock, the maximum in ms, the recorded values in ns.
 */
export function renderHlog(lengthMs: number, intervals: readonly HlogInterval[]): string {
  const head = [
    '#[Latencies in ns; Interval_Max in ms; times in seconds since due 0]',
    '#[Histogram log format version 1.3]',
    LEGEND,
  ];
  return [...head, ...intervals.map((interval) => line(lengthMs, interval)), ''].join('\n');
}

const LEGEND = '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"';

function line(lengthMs: number, { tag, maxMs, encoded }: HlogInterval): string {
  return `Tag=${tag},0.000,${(lengthMs / 1000).toFixed(3)},${(maxMs ?? 0).toFixed(3)},${encoded}`;
}
