import { ExactSum } from '../exact-sum.js';
import { PS_PER_MS, psOf } from '../picoseconds.js';

/** Up to 70 s: halves of 23 bits, whose products are below 2^46, so that BURST of them add up in a float without rounding. */
const SPLIT_PS = 2 ** 46;
const HALF_BITS = 23;
const HALF = 2 ** HALF_BITS;
const BURST = 64;

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
  /** Of the last values, fewer than BURST, that are in none of the sums yet: an exact sum costs more than a float. */
  #pending = 0;
  #pendingSum = 0;
  #pendingHighSquares = 0;
  #pendingProducts = 0;
  #pendingLowSquares = 0;

  /** Below 0 counts as 0. */
  add(ms: number): void {
    const positive = ms > 0 ? ms : 0;
    const ps = psOf(positive);
    this.count++;
    if (positive < this.min) this.min = positive;
    if (positive > this.max) this.max = positive;
    if (ps < SPLIT_PS) this.#addSplit(ps);
    else this.#addLarge(ps);
  }

  #addSplit(ps: number): void {
    const high = Math.floor(ps / HALF);
    const low = ps - high * HALF;
    this.#pendingSum += ps;
    this.#pendingHighSquares += high * high;
    this.#pendingProducts += high * low;
    this.#pendingLowSquares += low * low;
    if (++this.#pending === BURST) this.#settle();
  }

  #addLarge(ps: number): void {
    this.#sum.add(ps);
    this.#largeSquares += BigInt(ps) ** 2n;
  }

  #settle(): void {
    this.#sum.add(this.#pendingSum);
    this.#highSquares.add(this.#pendingHighSquares);
    this.#products.add(this.#pendingProducts);
    this.#lowSquares.add(this.#pendingLowSquares);
    this.#pending = 0;
    this.#pendingSum = 0;
    this.#pendingHighSquares = 0;
    this.#pendingProducts = 0;
    this.#pendingLowSquares = 0;
  }

  addAll(other: Moments): void {
    this.#settle();
    other.#settle();
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
    this.#settle();
    return Math.min(Math.max(this.#sum.value / this.count / PS_PER_MS, this.min), this.max);
  }

  /** Of the values themselves, not of a population they were drawn from (divisor n), ms; null when empty. */
  get stdev(): number | null {
    if (this.count === 0) return null;
    this.#settle();
    const [n, sum] = [BigInt(this.count), this.#sum.whole];
    return Math.sqrt(Number(n * this.#squares() - sum * sum)) / this.count / PS_PER_MS;
  }

  #squares(): bigint {
    const [high, products, low] = [this.#highSquares.whole, this.#products.whole, this.#lowSquares.whole];
    return (high << BigInt(2 * HALF_BITS)) + (products << BigInt(HALF_BITS + 1)) + low + this.#largeSquares;
  }
}
