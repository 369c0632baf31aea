/** A study as its file asks for it: every cell is one system under one workload. */
export interface Study {
  readonly name: string;
  /** Of each simulated cell. */
  readonly draws: number;
  readonly seed: number;
  /** Runs of each live cell. */
  readonly repeats: number;
  /** What is asked of every system, in the grammar of `--threshold`. */
  readonly slo: readonly string[];
  /** For all live cells together, as `--budget` has it. */
  readonly budget: string | undefined;
  readonly workloads: readonly Workload[];
  readonly cells: readonly Cell[];
}

export interface Workload {
  readonly name: string;
  /** A trace file. */
  readonly path: string;
  /** Every system starts in the state that this trace leaves behind; absent: as the system says. */
  readonly after?: EarlierWorkload;
  /** How it is read, and which of its arrivals count: the flags of a trace by their names. */
  readonly read?: Readonly<Record<string, string>>;
}

export interface EarlierWorkload {
  /** A trace file. */
  readonly path: string;
  /** Without requests, between its end and the start of the workload. */
  readonly gapMs: number;
}

export type Cell = SimulatedCell | LiveCell;

interface CommonCell {
  /** Unique, and safe as the name of a folder. */
  readonly id: string;
  readonly system: string;
  readonly model: string;
  /** Empty: not stated. */
  readonly runtime: string;
  /** The name of a workload. */
  readonly workload: string;
  readonly batch: number;
}

export interface SimulatedCell extends CommonCell {
  readonly source: 'simulated';
  /** A name of `replay system list`, or a file. */
  readonly definition: string;
  /** The model whose variant it takes, its service time replaced by that of the measured `model`; absent: `model` itself. */
  readonly like?: string;
  /** Values of parameters and choices by their path. */
  readonly set: Readonly<Record<string, string>>;
  /** A price sheet; absent: that of the system. */
  readonly prices: string | undefined;
  /** What a reader should keep in mind, from the file. */
  readonly flags: readonly string[];
  /** Where the file says all this, for messages: `study.yaml:3:5`. */
  readonly place: string;
}

export interface LiveCell extends CommonCell {
  readonly source: 'live';
  /** Of `replay run`, without trace, batch size, seed and folder. */
  readonly args: readonly string[];
  /** What `args` took from the environment. */
  readonly secrets: readonly string[];
}
