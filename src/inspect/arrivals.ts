/** The arrivals of a trace as statistics read them: any number of times, chunk by chunk, so that no trace has to fit in memory. */
export interface Arrivals {
  readonly count: number;
  /** The observation window, ms; at least the last arrival. */
  readonly durationMs: number;
  /** Times in ms from the start, not decreasing. A chunk is valid until the next one is asked for. */
  chunks(): Iterable<Float64Array>;
}

/** Arrivals that lie in memory. */
export function arrivalsOf(atMs: Float64Array, durationMs: number): Arrivals {
  return { count: atMs.length, durationMs, chunks: () => [atMs] };
}
