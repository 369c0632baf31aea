/** The greatest of lengths of time by second, ms. Below 0 counts as 0; what is not finite is ignored. */
export class Peaks {
  /** Below 0: none was added. */
  readonly #maxMs: Float64Array;

  constructor(seconds: number) {
    this.#maxMs = new Float64Array(seconds).fill(-1);
  }

  add(second: number, ms: number): void {
    if (!(Math.abs(ms) < Infinity)) return;
    const positive = ms > 0 ? ms : 0;
    if (positive > (this.#maxMs[second] as number)) this.#maxMs[second] = positive;
  }

  addAll(other: Peaks): void {
    for (const [second, ms] of other.#maxMs.entries()) this.add(second, ms < 0 ? NaN : ms);
  }

  /** Over the seconds from..to - 1; null where nothing was added. */
  maxMs(from: number, to = from + 1): number | null {
    const maxMs = this.#maxMs.subarray(from, to).reduce((max, ms) => Math.max(max, ms), -1);
    return maxMs < 0 ? null : maxMs;
  }
}
