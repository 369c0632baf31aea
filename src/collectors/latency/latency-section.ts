import type { Distribution } from '../../report.js';

export interface LatencySection {
  /** done - due, over successes after the warm-up. */
  readonly response: Distribution;
  /** done - sent, over the same. */
  readonly service: Distribution;
  /** Response of every planned request after the warm-up; failures, shed and unsent rank as infinite, and a percentile among them is null. */
  readonly all: Distribution;
  /** How many warm-up requests were left out. */
  readonly warmup: number;
  readonly curves: LatencyCurves;
  readonly histogram: LatencyHistogram;
}

/** The three distributions by percentile, as columns of one length: five points to each halving of the distance to 100 %, and 100. */
export interface LatencyCurves {
  readonly percentile: readonly number[];
  /** By nearest rank; null where there is none: nothing was measured, or (all) the request took for ever. */
  readonly responseMs: readonly (number | null)[];
  readonly serviceMs: readonly (number | null)[];
  readonly allMs: readonly (number | null)[];
}

/**
 * How many successes lie in [edge i, edge i + 1). The buckets are equally wide on a logarithmic axis to within 0.1 %: 8 to each
 * doubling of latency, or 16, 32 or 64 where the latencies differ little; those below 1 us share one, which begins at 0.
 */
export interface LatencyHistogram {
  /** One more than there are buckets; both are empty without a success. */
  readonly edgesMs: readonly number[];
  readonly response: readonly number[];
  readonly service: readonly number[];
}
