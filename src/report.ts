import type { MetricUnit } from './metric.js';
import type { Sections } from './collectors/sections.js';

export type * from './collectors/batching/batching-section.js';
export type * from './collectors/cloud/cloud-section.js';
export type * from './collectors/cold-starts/cold-starts-section.js';
export type * from './collectors/cost/cost-section.js';
export type * from './collectors/custom/custom-section.js';
export type * from './collectors/health/health-section.js';
export type * from './collectors/latency/latency-section.js';
export type * from './collectors/outcomes/outcomes-section.js';
export type * from './collectors/own-metrics/own-metrics-section.js';
export type * from './collectors/timeline/timeline-section.js';

/** `report.json`: a contract, described by schemas/report.schema.json. All numbers unrounded; null where unknown or undefined. */
export interface Report {
  readonly format: 1;
  readonly run: RunSummary;
  readonly verdict: Verdict;
  readonly sections: Sections & {
    /** Absent where nothing was asked. */
    readonly thresholds?: readonly ThresholdResult[];
  };
}

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

export interface Spread {
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly p999Ms: number | null;
  readonly maxMs: number | null;
}
