import type { PriceSheet } from '../cost-terms.js';
import type { EarlierTrace } from '../systems/scenario.js';
import type { SimulatedSystem } from '../systems/system.js';
import type { Draw } from './draw.js';
import type { PlannedDraw } from './draw-plan.js';

/** The simulations that belong together: plain data, as a thread is given it. */
export interface DrawJob {
  readonly seed: number;
  readonly workloads: readonly JobWorkload[];
  readonly cells: readonly JobCell[];
  /** Percentiles of latency that draws hold besides their own. */
  readonly percentiles?: readonly number[];
}

export interface JobWorkload {
  /** The trace's own arrivals, ms; in shared memory where threads read it. */
  readonly atMs: Float64Array;
  readonly durationMs: number;
  /** How arrivals are drawn anew; absent: they are always the trace's own. */
  readonly recipe?: Readonly<Record<string, unknown>>;
  /** What was served before, in the state that the systems start in. */
  readonly after?: EarlierTrace;
}

export interface JobCell {
  readonly system: SimulatedSystem;
  /** An index of `workloads`. */
  readonly workload: number;
  /** Requests per call. */
  readonly batch: number;
  /** Absent: the sheet of the system. */
  readonly prices?: string | PriceSheet;
  readonly draws: readonly PlannedDraw[];
}

/** The draws of each cell, in the order of its plan. */
export type JobResult = readonly (readonly Draw[])[];
