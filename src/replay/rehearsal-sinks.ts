import { devNull } from 'node:os';
import { foldSections } from '../collectors/registry.js';
import type { Prepared } from '../plan/prepare-run.js';
import { openSampleLog } from '../sample-log/sample-log.js';
import type { SampleBlock } from '../sample.js';

/**
 * Each block is folded this often, by folds that begin with it: what they do once each, at their first row or at the first of
 * a second, is compiled only where it is seen again and again, and undoes what was compiled without it.
 */
const FOLDS = 8;

/** Where the samples of the rehearsals go, until the start. */
export interface RehearsalSinks {
  readonly take: (samples: SampleBlock) => void;
  /** What still comes is not looked at. */
  close(): Promise<void>;
}

/**
 * Folds and a log of their own, so that the run's are compiled before its first block: the main thread has to share the
 * CPUs with workers that must not be late.
 */
export async function openRehearsalSinks({
  plan,
  cost,
}: Pick<Prepared['record'], 'plan' | 'cost'>): Promise<RehearsalSinks> {
  const log = await openSampleLog(devNull, {
    declared: plan.columns ?? [],
    batched: plan.batching !== undefined,
    metrics: plan.metrics?.map(({ name }) => name) ?? [],
  });
  let isOpen = true;
  return {
    take(samples) {
      if (!isOpen) return;
      for (let i = 0; i < FOLDS; i++) foldSections({ plan, cost }).add(samples);
      log.write(samples);
    },
    close() {
      if (!isOpen) return Promise.resolve();
      isOpen = false;
      return log.close();
    },
  };
}
