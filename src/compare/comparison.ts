import type { Interval } from './intervals.js';
import type { ComparedMetric } from '../collectors/metric-table.js';
import type { RunFacts } from './run-facts.js';

/** Runs side by side: what every output is made from. Infinity: infinitely slow requests; NaN: unknown. */
export interface Comparison {
  readonly workloads: readonly Workload[];
  /** In the order given. */
  readonly groups: readonly Group[];
  readonly differences: readonly Difference[];
  /** The latency of the frontier; its cost is `cost.perMillionSuccesses`. */
  readonly frontierMetric: ComparedMetric;
  readonly judgements: readonly Judgement[];
  /** Of the block bootstrap. */
  readonly seed: number;
  /** Sentences the reader must know. */
  readonly notes: readonly string[];
}

/** The same requests at the same times: trace, window, speed and warm-up. */
export interface Workload {
  readonly label: string;
  readonly trace: string;
  /** More than one: the same process drawn with several seeds. */
  readonly sha256: readonly string[];
  /** Requests; their mean where the arrivals were drawn several times. */
  readonly planned: number;
  readonly durationMs: number;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly speed: number;
  readonly warmupMs: number;
}

/** Runs of one system with one model under one workload. */
export interface Group {
  /** Unlike that of any other group of its workload and model. */
  readonly label: string;
  readonly role: 'baseline' | 'candidate' | null;
  readonly workload: string;
  readonly backend: string;
  readonly machine: string | null;
  readonly model: string | null;
  readonly batch: number;
  readonly time: 'real' | 'virtual';
  readonly settings: Readonly<Record<string, string>>;
  readonly runs: readonly RunFacts[];
  /** Those that the numbers are made from: without invalid and stopped ones, and without copies. */
  readonly counted: readonly RunFacts[];
  /** Those that came to their end, without copies: the invalid ones, too. */
  readonly measured: readonly RunFacts[];
  /** By the names of COMPARED_METRICS. */
  readonly estimates: Readonly<Record<string, Estimate>>;
  /** Over the successes of all counted runs together. */
  readonly stdevMs: number;
  readonly currency: string | null;
  /** The blocks of the bootstrap, where there is one run alone. */
  readonly withinRun: WithinRun | null;
  /** No other group of its workload and model is both cheaper and faster; null: cost or latency is unknown. */
  readonly onFrontier: boolean | null;
}

/** The mean over the counted runs. */
export interface Estimate extends Interval {
  readonly basis: Basis;
}

/** What an interval rests on. */
export type Basis = 'runs' | 'paired runs' | 'within one run' | 'none';

/** One run drawn again from blocks of its own time: metrics by name, value i of each from the same blocks. */
export interface WithinRun {
  readonly blockSeconds: number;
  readonly spanSeconds: number;
  readonly replicates: Readonly<Record<string, Float64Array>>;
}

/** `of` less `against`. */
export interface Difference {
  readonly workload: string;
  readonly model: string | null;
  readonly of: string;
  readonly against: string;
  readonly metric: ComparedMetric;
  readonly absolute: Interval;
  /** Over the mean of `against`. */
  readonly relative: Interval;
  readonly basis: Basis;
  /** Runs on either side. */
  readonly runs: readonly [of: number, against: number];
}

/** One --fail-if applied to one group and its baseline. */
export interface Judgement {
  /** As given. */
  readonly rule: string;
  readonly workload: string;
  readonly of: string;
  readonly against: string;
  readonly difference: Difference;
  readonly verdict: 'regression' | 'within noise' | 'within limit' | 'better' | 'undecided';
  /** A sentence with numbers. */
  readonly why: string;
}
