import type { Tally } from '../progress.js';

/** Counts times by fixed bounds. A negative one counts as 0; what is not finite is no time. */
export class TimeTally {
  readonly #boundsSeconds: readonly number[];
  readonly #boundsMs: Float64Array;
  readonly #counts: Float64Array;
  #sumMs = 0;

  constructor(boundsSeconds: readonly number[]) {
    this.#boundsSeconds = boundsSeconds;
    this.#boundsMs = Float64Array.from(boundsSeconds, (bound) => bound * 1000);
    this.#counts = new Float64Array(boundsSeconds.length + 1);
  }

  add(ms: number): void {
    if (!(Math.abs(ms) < Infinity)) return;
    const bucket = this.#bucketOf(ms);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    if (ms > 0) this.#sumMs += ms;
  }

  soFar(): Tally {
    return {
      boundsSeconds: this.#boundsSeconds,
      counts: Array.from(this.#counts),
      sumSeconds: this.#sumMs / 1000,
    };
  }

  /** The first bound that is not below; halving, which is faster than a walk from 8 bounds on. */
  #bucketOf(ms: number): number {
    let from = 0;
    let to = this.#boundsMs.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (ms <= (this.#boundsMs[middle] as number)) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}
