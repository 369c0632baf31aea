import { ExactSum } from '../exact-sum.js';
import { nearestRank } from '../histogram/nearest-rank.js';

/** Buckets to each doubling: a percentile is within 0.05 % of a value that occurred. */
const TO_A_DOUBLING = 1024;

/** Mean, sum, extremes and percentiles of quantities of any size (tokens, bytes, seconds). Memory grows with the octaves that occur. */
export class QuantityFold {
  count = 0;
  readonly #sum = new ExactSum();
  #min = Infinity;
  #max = -Infinity;
  /** By bucket of the logarithm; 0 has none and is counted apart. */
  readonly #counts = new Map<number, number>();
  #zeros = 0;

  /** `value`: 0 or more; what is not finite is no measurement and is ignored. */
  record(value: number): void {
    if (!(value >= 0 && value < Infinity)) return;
    this.count++;
    this.#sum.add(value);
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (value === 0) this.#zeros++;
    else {
      const bucket = Math.floor(Math.log2(value) * TO_A_DOUBLING);
      this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    }
  }

  addAll(other: QuantityFold): void {
    this.count += other.count;
    this.#sum.addAll(other.#sum);
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    this.#zeros += other.#zeros;
    for (const [bucket, count] of other.#counts) this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
  }

  get sum(): number {
    return this.#sum.value;
  }

  get mean(): number | null {
    return this.count === 0 ? null : Math.min(Math.max(this.sum / this.count, this.#min), this.#max);
  }

  get min(): number | null {
    return this.count === 0 ? null : this.#min;
  }

  get max(): number | null {
    return this.count === 0 ? null : this.#max;
  }

  /** By nearest rank, each 0 < p <= 100; null where nothing was recorded. */
  percentiles(ps: readonly number[]): (number | null)[] {
    const buckets = [...this.#counts].sort(([a], [b]) => a - b);
    return ps.map((p) => (this.count === 0 ? null : this.#atRank(nearestRank(p, this.count), buckets)));
  }

  #atRank(rank: number, buckets: readonly (readonly [bucket: number, count: number])[]): number {
    if (rank === this.count) return this.#max;
    let below = this.#zeros;
    if (rank <= below) return 0;
    for (const [bucket, count] of buckets) {
      below += count;
      if (rank <= below) return Math.min(Math.max(2 ** ((bucket + 0.5) / TO_A_DOUBLING), this.#min), this.#max);
    }
    return this.#max;
  }
}
