/** Counts of arrivals in adjoining bins of one length that cover the trace. */
export interface BinnedCounts {
  readonly counts: Uint32Array;
  /** Seconds. */
  readonly bin: number;
}

/** `bins` equal bins. */
export function binnedCounts(chunks: Iterable<Float64Array>, durationMs: number, bins: number): BinnedCounts {
  const counts = new Uint32Array(bins);
  const perMs = bins / durationMs;
  for (const chunk of chunks)
    for (let i = 0; i < chunk.length; i++) {
      const bin = Math.min(bins - 1, Math.floor((chunk[i] as number) * perMs));
      counts[bin] = (counts[bin] as number) + 1;
    }
  return { counts, bin: durationMs / 1000 / bins };
}
