import { devNull } from 'node:os';
import { foldSections, type SectionFold } from '../collectors/registry.js';
import { openSampleLog } from '../sample-log/sample-log.js';
import type { SampleBlock } from '../sample.js';
import { type Breather, inSlices } from '../threads/in-slices.js';
import type { Prepared } from '../plan/prepare-run.js';
import { RowsSeen } from '../threads/rows-seen.js';
import { MOST_REHEARSALS } from '../threads/worker-order.js';

/**
 * Each block is folded so often, by folds that begin with it: what they do once each, at their first row or at the first of
 * a second, is compiled only where it is seen again and again, and undoes what was compiled without it.
 */
const FOLDS = 8;

/** Where the samples of the rehearsals go, until the start. */
export interface RehearsalSinks {
  take(block: SampleBlock): void;
  /** What is still taken is not looked at. */
  close(): Promise<void>;
}

/**
 * Folds and a log of their own, so that the run's are compiled before its first block: the main thread has to share the
 * CPUs with workers that must not be late.
 */
export async function openRehearsalSinks(
  { plan, cost }: Pick<Prepared['record'], 'plan' | 'cost'>,
  breather: Breather | undefined,
): Promise<RehearsalSinks> {
  let folds: readonly SectionFold[] = [];
  const log = await openSampleLog(devNull, {
    usage: cost.billing !== null,
    batched: plan.batching !== undefined,
    metrics: plan.metrics?.map(({ name }) => name) ?? [],
  });
  const seen = new RowsSeen(
    { shard: { index: 0, of: 1 }, window: { fromMs: 0, toMs: Infinity, speed: 1 } },
    MOST_REHEARSALS,
  );
  const folding = inSlices((slice) => {
    seen.add(slice);
    for (const fold of folds) fold.add(slice);
  }, breather);
  let isOpen = true;
  return {
    take(block) {
      if (!isOpen) return;
      folds = Array.from({ length: FOLDS }, () => foldSections({ plan, cost }));
      void folding(block);
      log.write(block);
    },
    close() {
      if (!isOpen) return Promise.resolve();
      isOpen = false;
      return log.close();
    },
  };
}
