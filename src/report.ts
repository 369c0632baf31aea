import type { MetricUnit } from './metric.js';
import type { Stops } from './run.js';
import type { Failure } from './sample.js';

/** `report.json`: a contract, described by schemas/report.schema.json. All numbers unrounded; null where unknown or undefined. */
export interface Report {
  readonly format: 1;
  readonly run: RunSummary;
  readonly verdict: Verdict;
  readonly sections: {
    readonly outcomes: OutcomesSection;
    readonly latency: LatencySection;
    readonly timeline: TimelineSection;
    readonly health: HealthSection;
    readonly coldStarts: ColdStartsSection;
    readonly cost: CostSection;
    /** Absent: each request was an invocation of its own. */
    readonly batching?: BatchingSection;
    /** Metrics of the backend's own; absent: it declares none. */
    readonly metrics?: OwnMetricsSection;
    /** Absent where nothing was asked. */
    readonly thresholds?: readonly ThresholdResult[];
    /** Absent: nobody asked the cloud's own meters. */
    readonly cloud?: CloudSection;
  };
}

/** A row for each metric that the backend declares, over the requests due after the warm-up that have a value. */
export type OwnMetricsSection = readonly {
  readonly name: string;
  /** What it counts; null: a plain number. */
  readonly unit: string | null;
  readonly count: number;
  readonly sum: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}[];

/** Whether the run kept what was asked of it. */
export interface ThresholdResult {
  /** As given, without spaces: `all.p(99)<200ms`. */
  readonly text: string;
  /** Null where infinite or unknown: then it is not ok. */
  readonly actual: number | null;
  readonly unit: MetricUnit;
  /** In the same unit. */
  readonly limit: number;
  readonly ok: boolean;
  /** A sentence without its full stop; null when ok. */
  readonly why: string | null;
  /**
   * Only of a run that is INVALID: whether our own share cannot have turned the answer, which then stands although the run
   * is no measurement.
   */
  readonly decided?: boolean;
  /** Beside `decided`: between which values the number can lie without our own share. */
  readonly bounds?: Bounds;
}

/** In the unit of what they bound; null: infinite. */
export interface Bounds {
  readonly low: number | null;
  readonly high: number | null;
}

/** Names and settings of the run, redacted. */
export interface RunSummary {
  readonly id: string;
  readonly trace: {
    readonly name: string;
    readonly sha256: string;
    readonly recipe: Readonly<Record<string, unknown>> | null;
  };
  readonly backend: string;
  readonly time: 'real' | 'virtual';
  /** ISO 8601; null in virtual time, where there is no date. */
  readonly startedAt: string | null;
  readonly durationMs: number;
  readonly endedMs: number;
  readonly interrupted: boolean;
  readonly stopReason: string | null;
  readonly workers: number;
  readonly pacing: { readonly asked: string; readonly used: string; readonly why: string };
  readonly speed: number;
  /** Of the trace's own time, ms; toMs null: to its end. Absent in reports of versions that did not keep it, as are the next three. */
  readonly window?: { readonly fromMs: number; readonly toMs: number | null };
  /** The machine that sent; absent in virtual time, which no machine influences. */
  readonly host?: Readonly<Record<string, string | number>>;
  /** What was sent, and what is known of what served it. */
  readonly sent?: {
    readonly payloads: number;
    readonly bytes: number | null;
    readonly sha256: string;
    readonly shapes: readonly string[];
  };
  readonly served?: Readonly<Record<string, string | number | boolean>>;
  readonly warmupMs: number;
  readonly timeoutMs: number;
  readonly seed: number;
  /** What the user said of the run; absent: nothing. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly backendFacts: Readonly<Record<string, string | number | boolean>>;
  /** Sentences the reader must know (synthetic weights, a shortened burst, ...). */
  readonly notes: readonly string[];
  readonly replayVersion: string;
}

export interface Verdict {
  readonly valid: boolean;
  /** Sentences with numbers; empty when valid. */
  readonly reasons: readonly string[];
}

/** planned = ok + sum of failures + unsent, always. */
export interface OutcomesSection {
  readonly planned: number;
  readonly ok: number;
  /** ok / planned; null when nothing was planned. */
  readonly successRatio: number | null;
  readonly failures: Readonly<Partial<Record<Failure, number>>>;
  readonly unsent: number;
  /** The first examples of each kind, printable. */
  readonly examples: Readonly<Partial<Record<Failure, readonly { readonly seq: number; readonly detail: string }[]>>>;
}

export interface Distribution {
  readonly count: number;
  readonly meanMs: number | null;
  readonly stdevMs: number | null;
  readonly minMs: number | null;
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly p999Ms: number | null;
  readonly maxMs: number | null;
}

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

export interface TimelineSection {
  /** One row per second of due time, and of what was sent or completed after the last one. */
  readonly seconds: readonly TimelineSecond[];
  /** The latencies again by lengths of time that hold enough of them, at most 1,000. */
  readonly windows: { readonly lengthSeconds: number; readonly rows: readonly TimelineWindow[] };
  readonly heatMap: HeatMap;
}

/** How the response of the successes was distributed over time, warm-up included. */
export interface HeatMap {
  readonly lengthSeconds: number;
  /** Four buckets of latency to each doubling; one more edge than buckets; empty without a success. */
  readonly edgesMs: readonly number[];
  /** At most 240, each of the successes due in [second, second + lengthSeconds). */
  readonly columns: readonly {
    readonly second: number;
    /** The bucket that `counts` begins with; what is not in it has none. */
    readonly first: number;
    readonly counts: readonly number[];
  }[];
}

/** Of the successes due in [second, second + lengthSeconds); null where there are none. Percentiles by nearest rank, resolution 0.8 %. */
export interface TimelineWindow {
  readonly second: number;
  readonly ok: number;
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

export interface TimelineSecond {
  readonly second: number;
  readonly due: number;
  /** Given to the backend in this second (by the hand-over's own time), shed ones not counted. */
  readonly sent: number;
  /** Successes whose last byte was read in this second. */
  readonly completed: number;
  /** Of the requests due in this second. */
  readonly ok: number;
  readonly failed: number;
  /** `failed` by kind. */
  readonly failures: Readonly<Partial<Record<Failure, number>>>;
  /** Requests handed over and neither answered nor given up: the mean over this second. */
  readonly inFlight: number;
  /** Told by the service. */
  readonly coldStarts: number;
  /** handed - release, over the requests of this second that were handed over or shed. */
  readonly meanLatenessMs: number | null;
  readonly maxLatenessMs: number | null;
  /** sent - handed less the handshake, over those whose first byte was seen. */
  readonly maxConnectionWaitMs: number | null;
  readonly meanMs: number | null;
  /** Only where at least 100 successes; resolution 0.8 %. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  /** Of the requests due in this second, and of what was provisioned during it; null where unknown. */
  readonly cost: number | null;
}

/** What the service or our handlers told of new environments. */
export interface ColdStartsSection {
  /** Invocations that met a cold start, and those of which it is known whether they did. */
  readonly count: number;
  readonly known: number;
  /** Time to make or restore an environment, over the cold starts that told it. */
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /**
   * Parts of a cold request, where told: `init`, `restore`, `firstInvocation`; and as the function timed itself
   * `container`, `import`, `download`, `load`, `firstInference`.
   */
  readonly stages: Readonly<
    Record<string, { readonly count: number; readonly meanMs: number; readonly p99Ms: number }>
  >;
  /** The most instances that any reading of the capacity saw; null: there is none. */
  readonly instancesSeen: number | null;
  /** How many there were from each reading on that differs from the one before; empty: no reading. */
  readonly instances: readonly { readonly atMs: number; readonly count: number }[];
  /** Response of the successes after the warm-up that met a warm, or a new environment; null: none is known. */
  readonly warm: Distribution | null;
  readonly cold: Distribution | null;
}

/** Quantities x prices of one sheet, unrounded. */
export interface CostSection {
  readonly currency: string;
  /** Null where it cannot be known: `reason` says why. */
  readonly total: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Over the requests with a sample. */
  readonly perMillionRequests: number | null;
  readonly perMillionSuccesses: number | null;
  readonly items: readonly CostItem[];
  /** The part of the total that went into billed start-up time; null where unknown. */
  readonly coldStarts: number | null;
  /** What was still provisioned after the last answer, up to the last reading; not in the total. Null: not by the hour. */
  readonly scaleInTail: number | null;
  readonly sheet: string;
  readonly reason: string | null;
  /** Sentences: bounds, prices that nobody has checked. */
  readonly notes: readonly string[];
  /** What the total does not contain. */
  readonly excluded: readonly string[];
}

export interface CostItem {
  readonly what: string;
  readonly quantity: number;
  readonly unit: string;
  readonly unitPrice: number;
  readonly cost: number;
  /** The quantity is a guess or a bound. */
  readonly estimated: boolean;
}

/** What the cloud's own meters counted beside what the client saw. Differences are shown, not resolved. */
export interface CloudSection {
  readonly source: string;
  /** What was asked about. */
  readonly subject: string;
  /** ISO 8601, whole minutes; whatever else called the service within it is counted too. */
  readonly window: { readonly from: string; readonly to: string };
  readonly readAt: string;
  readonly rows: readonly CloudRow[];
  readonly missing: readonly { readonly what: string; readonly reason: string }[];
  /** Sentences: why a difference may be there, whether reading came to its end. */
  readonly notes: readonly string[];
}

/** Null: that side does not tell. */
export interface CloudRow {
  readonly what: string;
  readonly client: number | null;
  readonly cloud: number | null;
  /** cloud - client. */
  readonly difference: number | null;
  readonly unit: string;
}

export interface Spread {
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly p999Ms: number | null;
  readonly maxMs: number | null;
}

/** Requests sent together, by `--batch-size` and `--batch-wait`. */
export interface BatchingSection {
  /** As asked for. */
  readonly size: number;
  readonly waitMs: number;
  /** Invocations that the plan has, and those handed over to the backend. */
  readonly planned: number;
  readonly invocations: number;
  /** Requests to each invocation handed over; null without one. */
  readonly meanSize: number | null;
  /** release - due, over the requests handed over: deliberate, a part of their response, and no lateness. */
  readonly wait: Spread & { readonly meanMs: number | null };
}

export interface HealthSection {
  /** handed - release, over every request handed over or shed. */
  readonly lateness: Spread;
  /** What probably made the run late or moved its numbers, a clause without its full stop; null where nothing did or nothing measured explains it. */
  readonly likelyCause: string | null;
  /** sent - handed less the request's own handshake, over requests that were sent; null values when the backend cannot see the first byte. */
  readonly connectionWait: Spread;
  /** Time spent opening the request's own connection; the service's share, not ours. */
  readonly handshake: Spread & { readonly count: number };
  /** done - doneEarliest, over successes. */
  readonly receiveUncertainty: Spread;
  /** Requests handed over more than 1 ms late. */
  readonly lateOver1Ms: number;
  /** The same facts over the busiest tenth of the seconds; null where that holds under 1,000 requests. */
  readonly busiest: {
    readonly seconds: number;
    readonly requests: number;
    readonly lateness: Spread;
    readonly shifts: readonly Shift[];
    readonly starved: HealthSection['starved'];
  } | null;
  /** How far our own share moves each reported number. */
  readonly shifts: readonly Shift[];
  /**
   * Of all requests with a sample, those which timed out or were aborted after a wait for a connection that was too long a
   * part of their time (1 ms + 5 % of the rest); null where the backend cannot see the first byte.
   */
  readonly starved: { readonly requests: number; readonly of: number; readonly meanWaitMs: number | null } | null;
  /** Seconds whose handed count strays from the due count by more than 3 sqrt(due) + 1. */
  readonly strayingSeconds: readonly { readonly second: number; readonly due: number; readonly handed: number }[];
  /** When the process itself was stopped (SIGSTOP, a paused container, steal); null: that was not watched. */
  readonly stops: Stops | null;
  readonly resources: Readonly<Record<string, number>> | null;
  /**
   * Only of a run that is INVALID: between which values its latencies and its success can lie without our own share, by the
   * names of thresholds (`all.p(99)`).
   */
  readonly bounds?: Readonly<Record<string, Bounds>>;
}

/** A number of `response` as reported, and what it would be without one share of our own, or (`together`) without any. */
export interface Shift {
  readonly cause: 'lateness' | 'connection-wait' | 'receive-uncertainty' | 'together';
  readonly statistic: 'mean' | 'p50' | 'p99';
  readonly reportedMs: number;
  readonly withoutMs: number;
}
