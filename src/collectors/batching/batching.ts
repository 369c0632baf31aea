import type { BatchingSection } from '../../report.js';
import { leadsInvocation, outcomeCode } from '../../sample.js';
import type { Collector, CollectorContext } from '../collector.js';
import { SpreadFold } from '../spread-fold.js';

const SHED = outcomeCode('shed');

/** How requests went together; undefined where each went alone. */
export function createBatching({ plan: { batching } }: CollectorContext): Collector<BatchingSection> | undefined {
  if (batching === undefined) return undefined;
  const wait = new SpreadFold();
  let invocations = 0;
  return {
    add(batch) {
      const { rows, outcome, dueMs, releaseMs, handedMs } = batch;
      for (let i = 0; i < rows; i++) {
        if (outcome[i] === SHED || Number.isNaN(handedMs[i])) continue;
        wait.record((releaseMs[i] as number) - (dueMs[i] as number));
        if (leadsInvocation(batch, i)) invocations++;
      }
    },
    finish: () => ({
      size: batching.size,
      waitMs: batching.waitMs,
      planned: batching.invocations,
      invocations,
      meanSize: invocations === 0 ? null : wait.count / invocations,
      wait: { meanMs: wait.meanMs, ...wait.spread() },
    }),
  };
}
