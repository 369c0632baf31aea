import { addColumn } from '../add-column.js';

const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

/** How many requests were in flight, as the mean over each second: from the hand-over until the answer, or until it was given up. */
export class InFlightMeans {
  /** Request-nanoseconds of requests that began or ended within the second: whole, so that their sum depends on no order. */
  readonly #partialNs: Float64Array;
  /** By how much the number of requests that fill the whole second differs from the second before. */
  readonly #change: Float64Array;

  constructor(seconds: number) {
    this.#partialNs = new Float64Array(seconds);
    this.#change = new Float64Array(seconds + 1);
  }

  /** Ms on the run's clock; what is unknown (NaN), or lies outside, is not counted. */
  add(fromMs: number, toMs: number): void {
    const endMs = this.#partialNs.length * 1000;
    const [from, to] = [Math.max(0, fromMs), Math.min(toMs, endMs)];
    if (!(to > from)) return;
    const first = Math.floor(from / 1000);
    const last = Math.floor(to / 1000);
    if (first === last) {
      this.#addPart(first, to - from);
      return;
    }
    this.#addPart(first, (first + 1) * 1000 - from);
    if (last < this.#partialNs.length) this.#addPart(last, to - last * 1000);
    this.#change[first + 1] = (this.#change[first + 1] as number) + 1;
    this.#change[last] = (this.#change[last] as number) - 1;
  }

  /** Of as many seconds. */
  addAll(other: InFlightMeans): void {
    addColumn(this.#partialNs, other.#partialNs);
    addColumn(this.#change, other.#change);
  }

  list(seconds: number): number[] {
    let whole = 0;
    return Array.from({ length: seconds }, (_, second) => {
      whole += this.#change[second] ?? 0;
      return whole + (this.#partialNs[second] ?? 0) / NS_PER_SECOND;
    });
  }

  #addPart(second: number, ms: number): void {
    this.#partialNs[second] = (this.#partialNs[second] as number) + Math.round(ms * NS_PER_MS);
  }
}
