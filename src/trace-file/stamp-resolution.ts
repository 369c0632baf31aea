/** How coarse the clock was that stamped the arrivals of a trace. */
export interface StampResolution {
  /** All arrivals lie whole multiples of this after the first, ms: 3,600,000, 60,000, or a power of ten from 1000 down to 0.001. */
  readonly resolutionMs: number;
  /** Arrivals at the same time as the one before. */
  readonly shared: number;
  /** The most arrivals at one time. */
  readonly mostAtOnce: number;
}

const STEPS_MS = [3_600_000, 60_000, 1000, 100, 10, 1, 0.1, 0.01, 0.001];

/** Finds the resolution of stamps that come in order, in chunks of any size. */
export class StampResolutionFinder {
  #step = 0;
  #first: number | undefined;
  #count = 0;
  #lastMs = NaN;
  #shared = 0;
  #atOnce = 0;
  #mostAtOnce = 0;

  add(atMs: Float64Array): void {
    this.#first ??= atMs[0];
    const first = this.#first ?? 0;
    for (const at of atMs) {
      if (at === this.#lastMs) {
        this.#shared++;
        this.#atOnce++;
      } else this.#atOnce = 1;
      this.#mostAtOnce = Math.max(this.#mostAtOnce, this.#atOnce);
      this.#lastMs = at;
      while (this.#step < STEPS_MS.length && !isMultiple(at, first, STEPS_MS[this.#step] as number)) this.#step++;
    }
    this.#count += atMs.length;
  }

  /** Whether a step of at least that many ms divides all times so far. */
  mayBeAtLeast(ms: number): boolean {
    return (STEPS_MS[this.#step] ?? 0) >= ms;
  }

  /** Undefined: fewer than two different times, or no step of 1 us or more divides them. */
  result(): StampResolution | undefined {
    const resolutionMs = STEPS_MS[this.#step];
    if (resolutionMs === undefined || this.#count - this.#shared < 2) return undefined;
    return { resolutionMs, shared: this.#shared, mostAtOnce: this.#mostAtOnce };
  }
}

/** Whether `at - first` is a multiple, up to what times in ms as doubles can be off. */
function isMultiple(at: number, first: number, step: number): boolean {
  const steps = (at - first) / step;
  return Math.abs(steps - Math.round(steps)) <= 1e-9 + (4 * Number.EPSILON * at) / step;
}
