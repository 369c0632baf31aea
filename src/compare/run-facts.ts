import type { Worse } from '../metric.js';
import type { ThresholdResult } from '../report.js';

/** What a comparison needs of one run: read from its folder, checked, its texts printable. */
export interface RunFacts {
  readonly folder: string;
  readonly id: string;
  readonly trace: {
    readonly name: string;
    readonly sha256: string;
    readonly recipe: Readonly<Record<string, unknown>> | null;
  };
  readonly window: { readonly fromMs: number; readonly toMs: number | null; readonly speed: number };
  readonly warmupMs: number;
  readonly planned: number;
  readonly durationMs: number;
  readonly duePerSecond: readonly number[];
  readonly backend: string;
  /** A machine of the user's own, `aws:t2.2xlarge x 2`; null: none. */
  readonly machine: string | null;
  readonly model: string | null;
  /** Requests sent as one invocation, at most; 1: not batched. */
  readonly batch: number;
  readonly time: 'real' | 'virtual';
  readonly seed: number;
  /** Equal in two folders only where they hold the same run, or (virtual time) runs that cannot differ. */
  readonly stamp: string;
  /** What else distinguishes its system from others, by name, as `settingsOf` makes it. */
  readonly settings: Readonly<Record<string, string>>;
  /** Of a series of runs made together; null: made alone. */
  readonly series: Series | null;
  /** `stopped`: it did not replay its whole plan (Ctrl-C, a budget, a full disk, a kill). */
  readonly standing: 'valid' | 'invalid' | 'stopped';
  /** Numbers by the names of COMPARED_METRICS; Infinity: among infinitely slow requests; NaN: unknown. */
  readonly values: Readonly<Record<string, number>>;
  /** The direction that is worse, of those numbers that the run's own collectors gave. */
  readonly worse: Readonly<Record<string, Worse>>;
  /** Of an invalid run: between which values some of them can lie without our own share. */
  readonly bounds: Readonly<Record<string, { readonly low: number; readonly high: number }>>;
  /** Standard deviation of the response over the successes, and their number. */
  readonly spread: { readonly stdevMs: number; readonly count: number };
  readonly currency: string | null;
  /** Latency of all requests by percentile, of one length; null: infinite. Empty where it is not known. */
  readonly curve: { readonly percentile: readonly number[]; readonly allMs: readonly (number | null)[] };
  /** What was asked of the run; empty: nothing. */
  readonly thresholds: readonly ThresholdResult[];
  readonly seconds: readonly RunSecond[];
  readonly windows: { readonly lengthSeconds: number; readonly rows: readonly RunWindow[] };
}

/** Which repeat a run was; where `system` is named, the systems of the series took turns. */
export interface Series {
  readonly id: string;
  /** From 1. */
  readonly repeat: number;
  readonly system: string | null;
}

/** Of the requests due in that second; the mean is NaN without a success. */
export interface RunSecond {
  readonly second: number;
  readonly due: number;
  readonly ok: number;
  readonly meanMs: number;
}

export interface RunWindow {
  readonly second: number;
  readonly p99Ms: number;
}
