import { intervalLength } from '../timeline/window-length.js';

/** One interval's latencies, as counts of the buckets of a histogram. */
export interface LatencyInterval {
  /** Of its start. */
  readonly second: number;
  readonly maxMs: number;
  /** In the order of their buckets. */
  readonly counts: readonly (readonly [bucket: number, count: number])[];
}

/** Latencies by intervals of their due time: seconds, or longer ones where there are more than 1,000. */
export class IntervalLatencies {
  readonly lengthSeconds: number;
  readonly #intervals: (IntervalCounts | undefined)[];

  constructor(seconds: number) {
    this.lengthSeconds = intervalLength(seconds);
    this.#intervals = Array.from({ length: Math.max(1, Math.ceil(seconds / this.lengthSeconds)) }, () => undefined);
  }

  /** `bucket`: what the histogram counted it in; below 0: nowhere. */
  record(dueMs: number, ms: number, bucket: number): void {
    if (bucket < 0) return;
    const at = Math.floor(dueMs / 1000 / this.lengthSeconds);
    const interval = Math.max(0, Math.min(this.#intervals.length - 1, at));
    (this.#intervals[interval] ??= new IntervalCounts()).record(ms, bucket);
  }

  /** Of as many seconds. */
  addAll(other: IntervalLatencies): void {
    for (const [i, interval] of other.#intervals.entries())
      if (interval !== undefined) (this.#intervals[i] ??= new IntervalCounts()).addAll(interval);
  }

  /** Those with a latency. Their counts add up to those of the histogram. */
  list(): LatencyInterval[] {
    return this.#intervals.flatMap((interval, i) =>
      interval === undefined
        ? []
        : [{ second: i * this.lengthSeconds, maxMs: interval.maxMs, counts: interval.list() }],
    );
  }
}

/** Up to this many are kept as a list: most seconds of most traces are quiet. */
const FEW = 64;
const PAGE_BITS = 8;
const PAGE = 2 ** PAGE_BITS;

/** Counts in pages, since a second has latencies of a few magnitudes only. */
class IntervalCounts {
  maxMs = 0;
  #few: number[] | undefined = [];
  readonly #pages: (Uint32Array | undefined)[] = [];

  record(ms: number, bucket: number): void {
    if (ms > this.maxMs) this.maxMs = ms;
    if (this.#few === undefined) this.#count(bucket);
    else if (this.#few.push(bucket) === FEW) this.#spill(this.#few);
  }

  addAll(other: IntervalCounts): void {
    this.maxMs = Math.max(this.maxMs, other.maxMs);
    for (const [bucket, count] of other.list()) this.#count(bucket, count);
  }

  list(): LatencyInterval['counts'] {
    if (this.#few !== undefined) this.#spill(this.#few);
    return this.#pages.flatMap((page, i) =>
      page === undefined
        ? []
        : Array.from(page, (count, at) => [i * PAGE + at, count] as const).filter(([, count]) => count > 0),
    );
  }

  #spill(few: readonly number[]): void {
    for (const bucket of few) this.#count(bucket);
    this.#few = undefined;
  }

  #count(bucket: number, count = 1): void {
    const number = bucket >> PAGE_BITS;
    const page = (this.#pages[number] ??= new Uint32Array(PAGE));
    page[bucket & (PAGE - 1)] = (page[bucket & (PAGE - 1)] as number) + count;
  }
}
