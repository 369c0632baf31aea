/** What one simulation of one system over one trace gives; quantities, no money: `costOfDraw` prices `metered`. */
export interface DrawSummary {
  readonly requests: number;
  /** They add up to `requests`. */
  readonly outcomes: DrawOutcomes;
  /** From the due time, over the successes; null: nothing succeeded. */
  readonly latency: DrawLatency | null;
  /** Over all requests, a failure counted as infinitely slow: null where the percentile is one. */
  readonly all: { readonly p50Ms: number | null; readonly p99Ms: number | null };
  /** `created`: started within the draw (of servers: those of the start, too). `peak`: most there at once, the starting ones counted. */
  readonly instances: { readonly created: number; readonly peak: number };
  /** `meanMs`: null where there was none. */
  /** In the order of `DrawOptions.percentiles`. */
  readonly percentiles: readonly AskedPercentile[];
  readonly coldStarts: { readonly count: number; readonly meanMs: number | null };
  readonly metered: Metered;
  readonly load: DrawLoad;
  readonly firstDueMs: number;
  /** The last answer, or failure, at the client. */
  readonly lastDoneMs: number;
}

export interface DrawOutcomes {
  readonly ok: number;
  /** Refused at once: a full queue, a concurrency limit, more work ahead than the limit on waiting. */
  readonly throttled: number;
  /** The client gave up. */
  readonly timeout: number;
  /** The system gave up a request that waited too long. */
  readonly serverError: number;
}

export interface DrawLatency {
  readonly count: number;
  /** Exact. */
  readonly meanMs: number;
  readonly sdMs: number;
  /** To 0.1 %. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/** A percentile that was asked for: over successes, and over all requests (null: one that failed). */
export interface AskedPercentile {
  readonly p: number;
  readonly responseMs: number | null;
  readonly allMs: number | null;
}

/** Quantities that price sheets bill. */
export interface Metered {
  /** Invocations that are billed. */
  readonly requests: number;
  /** Their billed time in whole steps of the tariff, ms; start-up included where the tariff bills it. */
  readonly billedMs: number;
  /** The part of it that is start-up. */
  readonly billedStartMs: number;
  /** Time of instances with at least one request inside, or starting, in the whole, ms (services that bill instance time). */
  readonly activeMs: number;
  /** Instances x time over [first due, last done], ms: what is paid by the hour. */
  readonly instanceMs: number;
}

/** Offered work over capacity (what is there at the start), by windows of `windowMs`. Null: the capacity has no limit. */
export interface DrawLoad {
  readonly windowMs: number;
  readonly maxRho: number | null;
  /** Share of the requests that are due in windows with 0.9 < rho < 1.1. */
  readonly nearSaturation: number;
}
