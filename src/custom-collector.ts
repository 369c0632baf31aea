import type { Plan } from './run.js';
import type { SampleBlock } from './sample.js';

/** A fold of the user's own over the samples of a run: the default export of the module that `--collector` names. */
export interface CustomCollector {
  /** A letter, then letters and digits, at most 32 characters: `goodput`. */
  readonly name: string;
  /** The numbers that it gives, 1 to 16. */
  readonly metrics: readonly CustomMetric[];
  /** Before the first sample, once for each run and each report that is made again. */
  create(plan: Plan): CustomFold;
}

export interface CustomMetric {
  /** A letter, then letters and digits, at most 32 characters: thresholds call it `collectors.NAME.METRIC`. */
  readonly name: string;
  /** What it counts, for people; printable, at most 16 characters. Absent: a plain number. */
  readonly unit?: string;
  /** The direction that is worse. */
  readonly worse: 'more' | 'less';
}

/** The same samples in any order of blocks give the same values. */
export interface CustomFold {
  /** For every block of the run; it is only read, and must not be kept. */
  add(block: SampleBlock): void;
  /**
   * Adds what another fold of this collector, of the same plan, has counted: the values are then those of the blocks of both.
   * Absent: parts of a run cannot be put together.
   */
  merge?(other: this): void;
  /** At any moment, by the names of the metrics: what is known so far. Finite; null: not known. */
  values(): Readonly<Record<string, number | null>>;
}
