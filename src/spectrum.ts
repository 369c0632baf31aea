/** A latency distribution as HdrHistogram prints it: five steps to each halving of the distance to 100 %. */
export interface LatencySpectrum {
  /** In order; the last is 1. */
  readonly rows: readonly {
    readonly valueMs: number;
    /** A part of 1. */
    readonly percentile: number;
    /** How many values lie at or below. */
    readonly count: number;
  }[];
  /** By nearest rank; empty without values. */
  readonly points: readonly { readonly p: number; readonly valueMs: number }[];
  readonly count: number;
  /** Exact; null when empty. */
  readonly meanMs: number | null;
  readonly stdevMs: number | null;
  readonly maxMs: number | null;
  /** Of HdrHistogram's layout. */
  readonly buckets: number;
  readonly subBuckets: number;
}
