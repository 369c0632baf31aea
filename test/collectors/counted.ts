import type { LogHistogram } from '#src/collectors/histogram/log-histogram';

/** The least value of each bucket with a count, and the count. */
export function counted(histogram: LogHistogram): (readonly [value: number, count: number])[] {
  return Array.from(
    { length: histogram.buckets },
    (_, i) => [histogram.startOf(i), histogram.countIn(i)] as const,
  ).filter(([, count]) => count > 0);
}
