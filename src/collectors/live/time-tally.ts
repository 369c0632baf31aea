import type { Tally } from '../../progress.js';

/** Cells of a time's magnitude: whole microseconds up to 7, then four to each doubling, up to 2^31. */
const CELLS = 120;
const MOST_US = 2 ** 31 - 1;
const US_PER_MS = 1000;

/** Counts times by fixed bounds. A negative one counts as 0; what is not finite is no time. */
export class TimeTally {
  readonly #boundsSeconds: readonly number[];
  readonly #boundsMs: Float64Array;
  readonly #counts: Float64Array;
  /** The bucket in which a cell of magnitudes begins. */
  readonly #guesses: Uint8Array;
  #sumMs = 0;

  constructor(boundsSeconds: readonly number[]) {
    this.#boundsSeconds = boundsSeconds;
    this.#boundsMs = Float64Array.from(boundsSeconds, (bound) => bound * 1000);
    this.#counts = new Float64Array(boundsSeconds.length + 1);
    this.#guesses = Uint8Array.from({ length: CELLS }, (_, cell) => this.#walk(startUs(cell) / US_PER_MS, 0));
  }

  add(ms: number): void {
    if (!(Math.abs(ms) < Infinity)) return;
    const bucket = this.#walk(ms, this.#guesses[cellOf(ms)] as number);
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

  /** To the first bound that is not below. Right from any guess; by the magnitude it is mostly right already, where halving is not predictable. */
  #walk(ms: number, guess: number): number {
    const bounds = this.#boundsMs;
    let bucket = guess;
    while (bucket > 0 && ms <= (bounds[bucket - 1] as number)) bucket--;
    while (bucket < bounds.length && ms > (bounds[bucket] as number)) bucket++;
    return bucket;
  }
}

function cellOf(ms: number): number {
  const us = ms > 0 ? Math.min(ms * US_PER_MS, MOST_US) | 0 : 0;
  const shift = 29 - Math.clz32(us);
  return shift <= 0 ? us : shift * 4 + (us >>> shift);
}

/** The least time of a cell. */
function startUs(cell: number): number {
  const shift = Math.max(0, (cell >> 2) - 1);
  return (cell - shift * 4) * 2 ** shift;
}
