import type { Failure } from './sample.js';

/** How far a run is: what anyone who watches it is informed of once a second, and once more when its last answer is in. */
export interface Progress extends FoldedSoFar {
  readonly run: RunFacts;
  /** Ms since due 0; negative before it. */
  readonly nowMs: number;
  readonly durationMs: number;
  readonly planned: number;
  /** Requests due until now. */
  readonly due: number;
  /** Requests handed to the backend until now. */
  readonly sent: number;
  readonly inFlight: number;
  /** Over the last seconds, at most RECENT_SECONDS; 0 before the start. */
  readonly rates: { readonly duePerSecond: number; readonly sentPerSecond: number };
  /** True once, at the end: every answer is in, and there is no later progress. */
  readonly over: boolean;
}

/** Which run it is. Texts may come from outside. */
export interface RunFacts {
  readonly id: string;
  readonly trace: string;
  readonly backend: string;
  readonly workers: number;
  readonly pacing: string;
  readonly version: string;
}

/** What the samples so far say. A sample arrives at most 250 ms after its answer. */
export interface FoldedSoFar {
  readonly ok: number;
  readonly failed: number;
  /** Kinds without a request are left out. */
  readonly failures: Readonly<Partial<Record<Failure, number>>>;
  /** Response times of the successes that were answered within the last RECENT_SECONDS; null where there is none. */
  readonly recent: { readonly p50Ms: number | null; readonly p99Ms: number | null };
  /** The last whole seconds, oldest first, at most HISTORY_SECONDS, by when the answer came. */
  readonly seconds: readonly { readonly p50Ms: number | null; readonly p99Ms: number | null }[];
  /** Successes after the warm-up, as in the report. */
  readonly response: Tally;
  /** Hand-over - release of everything handed over, as in the report. */
  readonly lateness: Tally;
  /** What is expected to have been billed so far; null: unknown before the end, if then. */
  readonly cost: { readonly amount: number; readonly currency: string } | null;
}

/** Counts of times by fixed upper bounds, in seconds. */
export interface Tally {
  /** Ascending; each belongs to its bucket. */
  readonly boundsSeconds: readonly number[];
  /** One more than bounds: the last is above them all. */
  readonly counts: readonly number[];
  readonly sumSeconds: number;
}

export const RECENT_SECONDS = 5;
export const HISTORY_SECONDS = 60;
