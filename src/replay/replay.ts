import { join } from 'node:path';
import { foldSections } from '../collectors/registry.js';
import { openSampleLog } from '../collectors/sample-log.js';
import { watchThresholds } from '../gate/watch-thresholds.js';
import { conclude, type ReplayResult } from './conclude.js';
import { prepareRun } from './prepare-run.js';
import type { ReplayRequest, Surroundings } from './replay-request.js';
import { makeRunFolder, RUN_FILES } from './run-folder.js';
import { runReal } from './run-real.js';
import { runVirtual } from './run-virtual.js';
import { watchBudget } from './watch-budget.js';

export type { ReplayResult } from './conclude.js';
export type { ReplayRequest, Surroundings } from './replay-request.js';

/** The line: trace -> schedule -> shards -> workers -> backend -> samples -> collectors -> report, in a folder of its own. */
export async function replay(request: ReplayRequest, world: Surroundings): Promise<ReplayResult> {
  const prepared = await prepareRun(request, world);
  const { plan, cost } = prepared.record;
  const fold = foldSections({ plan, cost }, { watched: request.time === 'real' });
  const budget = watchBudget(request.budget, plan, fold);
  const gate = watchThresholds(prepared.record.thresholds, request.abortOnFail, fold);
  const folder = makeRunFolder(request.out, prepared.folderName);
  const log = await openSampleLog(join(folder, RUN_FILES.samples), {
    usage: cost.billing !== null,
    batched: plan.batching !== undefined,
  });
  const run = request.time === 'virtual' ? runVirtual : runReal;
  const over = await run(prepared, { folder, log, fold, world, budget, gate });
  return conclude(over, { folder, log, fold }, request.html ?? true);
}
