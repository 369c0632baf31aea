import { ExactSum } from './exact-sum.js';

const LIMB = 2 ** 52;

/** Exact sums by index, such as one for each second: a float each, and an `ExactSum` for those that do not fit into one. */
export class ExactSums {
  /** Whole numbers below LIMB. */
  readonly #small: Float64Array;
  readonly #rest = new Map<number, ExactSum>();

  constructor(length: number) {
    this.#small = new Float64Array(length);
  }

  /** `value`: finite, at least 0. */
  add(index: number, value: number): void {
    const sum = (this.#small[index] as number) + value;
    if (sum < LIMB && Math.floor(value) === value) this.#small[index] = sum;
    else this.#restAt(index).add(value);
  }

  addAll(other: ExactSums): void {
    for (const [index, value] of other.#small.entries()) if (value > 0) this.add(index, value);
    for (const [index, sum] of other.#rest) this.#restAt(index).addAll(sum);
  }

  /** Over from..to - 1, as the nearest float. */
  total(from: number, to = from + 1): number {
    const total = new ExactSum();
    for (let index = from; index < Math.min(to, this.#small.length); index++) {
      total.add(this.#small[index] as number);
      const rest = this.#rest.get(index);
      if (rest !== undefined) total.addAll(rest);
    }
    return total.value;
  }

  #restAt(index: number): ExactSum {
    const found = this.#rest.get(index) ?? new ExactSum();
    this.#rest.set(index, found);
    return found;
  }
}
