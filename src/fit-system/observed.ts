import type { CostTerms } from '../cost-terms.js';

/** How a call ended, by the words of a simulation (`ENDED`), and one more: in a way that no simulation knows. */
export const OTHER_END = 4;

/** Calls of a service as a client saw them, in the order of their arrival. Columns; what is not known is NaN or 0. */
export interface ObservedCalls {
  readonly count: number;
  /** When the call was handed over, ms; not decreasing. */
  readonly atMs: Float64Array;
  /** From there until the answer, or until it was given up, ms. */
  readonly latencyMs: Float64Array;
  /** One of `ENDED`, or `OTHER_END`. */
  readonly outcome: Uint8Array;
  /** 0: unknown, 1: warm, 2: cold. */
  readonly cold: Uint8Array;
  /** Time in the service as it reported it, ms. */
  readonly toldMs: Float64Array;
  /** Time to make a new instance as the service reported it, ms. */
  readonly startMs: Float64Array;
  /** Time that is billed, ms. */
  readonly billedMs: Float64Array;
}

/** One stretch of a timeline that a run made: rows `from` to `to` (exclusive). */
export interface Segment {
  /** The folder of the run, as it was given. */
  readonly run: string;
  readonly from: number;
  readonly to: number;
}

/** Runs that met one state of the service after the other: what one leaves behind (warm instances), the next meets. */
export interface Timeline {
  readonly calls: ObservedCalls;
  readonly segments: readonly Segment[];
  /** The client gave up after this long, ms. */
  readonly timeoutMs: number;
  /** Idle instances that were there at the beginning: calls that came at once and were reported as warm. */
  readonly warm: number;
}

/** What was seen of a service. */
export interface Observed {
  readonly timelines: readonly Timeline[];
  /** Of all timelines. */
  readonly calls: number;
  /** The most instances that any reading of the capacity saw; null: none was made. */
  readonly instancesSeen: number | null;
  /** How the runs were billed; null: not known. */
  readonly cost: CostTerms | null;
}
