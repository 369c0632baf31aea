import type { BatchingSection } from '../../report.js';
import type { PlannedBatches } from '../../run.js';
import { leadsInvocation, outcomeCode, type SampleBlock } from '../../sample.js';
import type { Collector, CollectorContext } from '../collector.js';
import { SpreadFold } from '../spread-fold.js';

const SHED = outcomeCode('shed');

/** How requests went together. */
export class BatchingFold implements Collector<BatchingSection> {
  readonly #planned: PlannedBatches;
  readonly #wait = new SpreadFold();
  #invocations = 0;

  constructor(planned: PlannedBatches) {
    this.#planned = planned;
  }

  add(block: SampleBlock): void {
    const { rows, outcome, dueMs, releaseMs, handedMs } = block;
    for (let i = 0; i < rows; i++) {
      if (outcome[i] === SHED || Number.isNaN(handedMs[i])) continue;
      this.#wait.record((releaseMs[i] as number) - (dueMs[i] as number));
      if (leadsInvocation(block, i)) this.#invocations++;
    }
  }

  merge(other: BatchingFold): void {
    this.#wait.addAll(other.#wait);
    this.#invocations += other.#invocations;
  }

  finish(): BatchingSection {
    const [{ size, waitMs, invocations: planned }, wait] = [this.#planned, this.#wait];
    return {
      size,
      waitMs,
      planned,
      invocations: this.#invocations,
      meanSize: this.#invocations === 0 ? null : wait.count / this.#invocations,
      wait: { meanMs: wait.meanMs, ...wait.spread() },
    };
  }
}

/** Undefined where each request goes alone. */
export function openBatching({ plan: { batching } }: CollectorContext): BatchingFold | undefined {
  return batching === undefined ? undefined : new BatchingFold(batching);
}
