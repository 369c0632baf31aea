/** Counts in adjoining windows of one length from time 0: their mean, variance and peak, without keeping them. */
export class WindowCounts {
  readonly windowMs: number;
  /** Whole windows in the trace; what lies behind the last of them is left out. */
  readonly windows: number;
  #window = 0;
  #count = 0;
  #sum = 0;
  #squares = 0;
  #peak = 0;
  #peakWindow = 0;

  constructor(windowMs: number, durationMs: number) {
    this.windowMs = windowMs;
    // A length of 0.3 s holds 3 windows of 100 ms, although 0.3 / 0.1 is just below 3.
    this.windows = Math.floor((durationMs / windowMs) * (1 + 1e-12));
  }

  /** Takes the next arrivals, which are not before those taken already. */
  take(atMs: Float64Array): void {
    const { windowMs } = this;
    let window = this.#window;
    let count = this.#count;
    for (let i = 0; i < atMs.length; i++) {
      const of = Math.floor((atMs[i] as number) / windowMs);
      if (of !== window) {
        this.#count = count;
        this.#close(of);
        [window, count] = [of, 0];
      }
      count++;
    }
    this.#count = count;
  }

  #close(next: number): void {
    const count = this.#count;
    if (this.#window < this.windows) {
      this.#sum += count;
      this.#squares += count * count;
      if (count > this.#peak) {
        this.#peak = count;
        this.#peakWindow = this.#window;
      }
    }
    this.#window = next;
    this.#count = 0;
  }

  /** After the last arrival. */
  finish(): CountMoments {
    this.#close(Infinity);
    const { windows, windowMs } = this;
    const mean = this.#sum / windows;
    return {
      windowMs,
      windows,
      mean,
      variance: windows > 1 ? Math.max(0, this.#squares - this.#sum * mean) / (windows - 1) : NaN,
      peak: this.#peak,
      peakAtMs: this.#peakWindow * windowMs,
    };
  }
}

export interface CountMoments {
  readonly windowMs: number;
  readonly windows: number;
  /** Per window; NaN without a whole window. */
  readonly mean: number;
  /** Unbiased; NaN with fewer than two windows. */
  readonly variance: number;
  /** The greatest count of a window. */
  readonly peak: number;
  readonly peakAtMs: number;
}
