import type { CustomCollector } from '../custom-collector.js';
import type { CostTerms } from '../cost-terms.js';
import type { SampleBlock } from '../sample.js';
import type { Plan, RunEnd } from '../run.js';

/**
 * A fold over samples. On the main thread: `add` for every block of the run, in any order of blocks, then `finish`
 * once. The same fold makes the report again from a sample log.
 */
export interface Collector<Result> {
  add(block: SampleBlock): void;
  /**
   * Adds what another fold of the same context has counted: the result is then that of the blocks of both, to the last digit,
   * whatever the partition and the order. So counts and sums are whole numbers, or an `ExactSum`. `other` is not changed.
   */
  merge(other: this): void;
  finish(end: RunEnd): Result;
}

/** What a collector knows before the first sample. */
export interface CollectorContext {
  readonly plan: Plan;
  /** Absent: nothing is known of prices. */
  readonly cost?: CostTerms;
  /** Of the user's own, each name once; absent: none. */
  readonly collectors?: readonly CustomCollector[];
}
