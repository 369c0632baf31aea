import type { LogHistogram } from '#src/collectors/histogram/log-histogram';

/** Each bucket with a count, and the count. */
export function counted(histogram: LogHistogram): (readonly [bucket: number, count: number])[] {
  return Array.from({ length: histogram.buckets }, (_, i) => [i, histogram.countIn(i)] as const).filter(
    ([, count]) => count > 0,
  );
}
