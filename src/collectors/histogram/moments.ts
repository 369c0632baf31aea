import { ExactSum } from '../exact-sum.js';
import { PS_PER_MS, psOf } from '../picoseconds.js';

/** Below it the square of a number of picoseconds is the sum of three products of whole numbers that a float holds. */
const SPLIT_PS = 2 ** 52;
const HALF_BITS = 26;
const HALF = 2 ** HALF_BITS;

/**
 * Count, mean, standard deviation, least and greatest of times in ms. Sums and squares are whole numbers of picoseconds and
 * lose no digit: nothing cancels when the spread is small beside the mean, and no order or partition of the values changes
 * the result.
 */
export class Moments {
  count = 0;
  min = Infinity;
  max = -Infinity;
  readonly #sum = new ExactSum();
  readonly #highSquares = new ExactSum();
  readonly #products = new ExactSum();
  readonly #lowSquares = new ExactSum();
  /** Squares of what is not below SPLIT_PS. */
  #largeSquares = 0n;

  /** Below 0 counts as 0. */
  add(ms: number): void {
    const positive = ms > 0 ? ms : 0;
    const ps = psOf(positive);
    this.count++;
    if (positive < this.min) this.min = positive;
    if (positive > this.max) this.max = positive;
    this.#sum.add(ps);
    if (ps < SPLIT_PS) {
      const high = Math.floor(ps / HALF);
      const low = ps - high * HALF;
      this.#highSquares.add(high * high);
      this.#products.add(high * low);
      this.#lowSquares.add(low * low);
    } else this.#largeSquares += BigInt(ps) ** 2n;
  }

  addAll(other: Moments): void {
    this.count += other.count;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    this.#sum.addAll(other.#sum);
    this.#highSquares.addAll(other.#highSquares);
    this.#products.addAll(other.#products);
    this.#lowSquares.addAll(other.#lowSquares);
    this.#largeSquares += other.#largeSquares;
  }

  /** Ms; null when empty. */
  get mean(): number | null {
    if (this.count === 0) return null;
    return Math.min(Math.max(this.#sum.value / this.count / PS_PER_MS, this.min), this.max);
  }

  /** Of the values themselves, not of a population they were drawn from (divisor n), ms; null when empty. */
  get stdev(): number | null {
    if (this.count === 0) return null;
    const [n, sum] = [BigInt(this.count), this.#sum.whole];
    return Math.sqrt(Number(n * this.#squares() - sum * sum)) / this.count / PS_PER_MS;
  }

  #squares(): bigint {
    const [high, products, low] = [this.#highSquares.whole, this.#products.whole, this.#lowSquares.whole];
    return (high << BigInt(2 * HALF_BITS)) + (products << BigInt(HALF_BITS + 1)) + low + this.#largeSquares;
  }
}
