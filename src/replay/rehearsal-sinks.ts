import { devNull } from 'node:os';
import { foldSections } from '../collectors/registry.js';
import { openSampleLog } from '../collectors/sample-log.js';
import type { SampleBatch } from '../sample.js';
import { type Breather, inSlices } from './in-slices.js';
import type { Prepared } from './prepare-run.js';

/** Where the samples of the rehearsals go, until the start. */
export interface RehearsalSinks {
  take(batch: SampleBatch): void;
  /** What is still taken is not looked at. */
  close(): Promise<void>;
}

/**
 * Folds and a log of their own, so that the run's are compiled before its first batch: the main thread has to share the
 * CPUs with workers that must not be late.
 */
export async function openRehearsalSinks(
  { plan, cost }: Pick<Prepared['record'], 'plan' | 'cost'>,
  breather: Breather | undefined,
): Promise<RehearsalSinks> {
  const fold = foldSections({ plan, cost });
  const log = await openSampleLog(devNull, {
    usage: cost.billing !== null,
    batched: plan.batching !== undefined,
  });
  const folding = inSlices((slice) => {
    fold.add(slice);
  }, breather);
  let isOpen = true;
  return {
    take(batch) {
      if (!isOpen) return;
      void folding(batch);
      log.write(batch);
    },
    close() {
      if (!isOpen) return Promise.resolve();
      isOpen = false;
      return log.close();
    },
  };
}
