import type { PriceSheet } from '../cost-terms.js';

/** What a draw depends on besides the system and the arrivals. */
export interface DrawOptions {
  /** The state that an earlier trace leaves behind; in place of `initial.warm` of the system. */
  readonly after?: EarlierTrace;
  /** Whose steps billed time is rounded to; absent: the sheet of the system's meter. */
  readonly prices?: string | PriceSheet;
  /** Further percentiles of latency to find, each above 0 and below 100. */
  readonly percentiles?: readonly number[];
  /** Requests per call, in the order of their due times; absent: each is a call of its own. */
  readonly batch?: { readonly size: number; readonly maxWaitMs: number };
}

export interface EarlierTrace {
  /** Due times, ms, not decreasing. */
  readonly atMs: Float64Array;
  readonly durationMs: number;
  /** Without requests, between the end of that trace and the start of this. */
  readonly gapMs: number;
}
