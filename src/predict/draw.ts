/**
 * The numbers of one simulation of one system under one trace. NaN: there is no such number (a mean cold start without cold
 * starts, an unknown price). Infinity: a latency of a request that failed.
 */
export interface Draw {
  readonly requests: number;
  readonly successRatio: number;
  /** The next five over successes, from the due time; Infinity where nothing succeeded. */
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** Standard deviation over successes; NaN where nothing succeeded. */
  readonly sdMs: number;
  /** Over all requests, failures ranked as infinite. */
  readonly allP50Ms: number;
  readonly allP99Ms: number;
  /** Without the fee for each request. */
  readonly usd: number;
  readonly usdWithRequestFee: number;
  readonly created: number;
  readonly peak: number;
  readonly coldStarts: number;
  readonly coldMeanMs: number;
  /** Offered work over capacity in the busiest window; NaN where the capacity has no limit. */
  readonly maxRho: number;
  /** Share of the requests that are due in windows with 0.9 < rho < 1.1. */
  readonly nearSaturation: number;
  /** Those that were asked for. */
  readonly percentiles: readonly DrawPercentile[];
}

/** A percentile of latency, ms: over successes, and over all requests. */
export interface DrawPercentile {
  readonly p: number;
  readonly responseMs: number;
  readonly allMs: number;
}

export const DRAW_NUMBERS = [
  'requests',
  'successRatio',
  'meanMs',
  'p50Ms',
  'p99Ms',
  'minMs',
  'maxMs',
  'sdMs',
  'allP50Ms',
  'allP99Ms',
  'usd',
  'usdWithRequestFee',
  'created',
  'peak',
  'coldStarts',
  'coldMeanMs',
  'maxRho',
  'nearSaturation',
] as const satisfies readonly Exclude<keyof Draw, 'percentiles'>[];
export type DrawNumber = (typeof DRAW_NUMBERS)[number];
