import { addColumn } from '../add-column.js';
import { ExactSums } from '../exact-sums.js';
import { PS_PER_MS, psOf } from '../picoseconds.js';
import { Peaks } from './peaks.js';

/** The mean and the greatest of lengths of time by second, in the same way. */
export class Spans {
  readonly #peaks: Peaks;
  readonly #count: Float64Array;
  readonly #sumPs: ExactSums;

  constructor(seconds: number) {
    this.#peaks = new Peaks(seconds);
    this.#count = new Float64Array(seconds);
    this.#sumPs = new ExactSums(seconds);
  }

  add(second: number, ms: number): void {
    if (!(Math.abs(ms) < Infinity)) return;
    this.#count[second] = (this.#count[second] as number) + 1;
    if (ms > 0) this.#sumPs.add(second, psOf(ms));
    this.#peaks.add(second, ms);
  }

  addAll(other: Spans): void {
    this.#peaks.addAll(other.#peaks);
    addColumn(this.#count, other.#count);
    this.#sumPs.addAll(other.#sumPs);
  }

  /** Over the seconds from..to - 1; null where nothing was added. */
  meanMs(from: number, to = from + 1): number | null {
    const count = this.#count.subarray(from, to).reduce((sum, n) => sum + n, 0);
    return count === 0 ? null : Math.min(this.#sumPs.total(from, to) / count / PS_PER_MS, this.maxMs(from, to) ?? 0);
  }

  maxMs(from: number, to = from + 1): number | null {
    return this.#peaks.maxMs(from, to);
  }
}
