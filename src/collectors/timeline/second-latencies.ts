import { LogHistogram } from '../histogram/log-histogram.js';
import { nearestRank } from '../histogram/nearest-rank.js';

/** Under this many successes a second has no percentiles. */
const ENOUGH = 100;
const BITS = 7;
const US_PER_MS = 1000;
/** What percentiles are clamped to: the 2 h that the latencies are clamped to. */
const MOST_US = 2 * 3600 * 1e6;

/** The response times of a second. A list while it is quiet (most seconds of most traces are), buckets from then on. */
export class SecondLatencies {
  #few: number[] | undefined = [];
  #many: LogHistogram | undefined;

  /** Ms, from 0. */
  record(ms: number): void {
    this.#recordUs(Math.min(ms * US_PER_MS, MOST_US));
  }

  addAll(other: SecondLatencies): void {
    if (other.#many === undefined) for (const us of other.#few ?? []) this.#recordUs(us);
    else this.#spilled().addAll(other.#many);
  }

  #recordUs(us: number): void {
    if (this.#many !== undefined) {
      this.#many.record(us);
      return;
    }
    this.#few?.push(us);
    if (this.#few?.length === ENOUGH) this.#spilled();
  }

  /** The middle of the bucket of the nearest rank; null under ENOUGH successes. */
  percentileMs(p: number): number | null {
    return this.#many === undefined ? null : percentileMs(this.#many, p);
  }

  addTo(histogram: LogHistogram): void {
    if (this.#many !== undefined) histogram.addAll(this.#many);
    else for (const us of this.#few ?? []) histogram.record(us);
  }

  /** In buckets from now on. */
  #spilled(): LogHistogram {
    const many = (this.#many ??= new LogHistogram(BITS));
    for (const us of this.#few ?? []) many.record(us);
    this.#few = undefined;
    return many;
  }
}

/** Percentiles of several seconds together, whatever their number of successes. */
export function percentilesMs(seconds: readonly SecondLatencies[], ps: readonly number[]): (number | null)[] {
  const together = togetherOf(seconds);
  return ps.map((p) => percentileMs(together, p));
}

/** The latencies of several seconds together, us. */
export function togetherOf(seconds: readonly (SecondLatencies | undefined)[]): LogHistogram {
  const together = new LogHistogram(BITS);
  for (const second of seconds) second?.addTo(together);
  return together;
}

function percentileMs(histogram: LogHistogram, p: number): number | null {
  const us = histogram.middleAt(nearestRank(p, histogram.count));
  return us === null ? null : us / US_PER_MS;
}
