import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { foldSections } from '../collectors/registry.js';
import { openSampleLog, type SampleLog } from '../sample-log/sample-log.js';
import { Interrupted, isUserError, UserError } from '../errors.js';
import { watchThresholds } from '../gate/watch-thresholds.js';
import { conclude, type ReplayResult } from '../conclude/conclude.js';
import type { FinishedRun } from '../conclude/run-context.js';
import { prepareRun, type Prepared } from '../plan/prepare-run.js';
import type { ReplayRequest, Surroundings } from '../plan/replay-request.js';
import { keepColumns } from '../run-folder/keep-columns.js';
import { makeRunFolder } from '../run-folder/make-run-folder.js';
import { RUN_FILES } from '../run-folder/run-files.js';
import { runReal } from './run-real.js';
import { runVirtual } from './run-virtual.js';
import { watchBudget } from './watch-budget.js';

export type { ReplayResult } from '../conclude/conclude.js';
export type { ReplayRequest, Surroundings } from '../plan/replay-request.js';

/**
 * The line: trace -> schedule -> shards -> workers -> backend -> samples -> collectors -> report, in a folder of its own.
 * What keeps it from its start leaves nothing behind: `UserError`, or `Interrupted` where that was a stop.
 */
export function replay(request: ReplayRequest, world: Surroundings): Promise<ReplayResult> {
  const unguarded: Required<Surroundings>['aroundPlugin'] = (_, stop, work) => work(stop);
  const around = world.aroundPlugin ?? unguarded;
  return around(request.backend, world.stop, (stop) => replayUntilStopped(request, { ...world, stop }));
}

/** A stop with a `UserError` as its reason is a fault, which the result or the rejection carries. */
async function replayUntilStopped(request: ReplayRequest, world: Surroundings): Promise<ReplayResult> {
  const fault = (): UserError | undefined => {
    const reason: unknown = world.stop.reason;
    return reason instanceof UserError ? reason : undefined;
  };
  try {
    const result = await replayed(await prepareRun(request, world), request, world);
    return { ...result, trouble: result.trouble ?? fault() };
  } catch (thrown) {
    if (!world.stop.aborted) throw thrown;
    // A backend that is stopped while it gets ready may throw anything.
    throw fault() ?? (isUserError(thrown) ? new Interrupted() : thrown);
  }
}

async function replayed(prepared: Prepared, request: ReplayRequest, world: Surroundings): Promise<ReplayResult> {
  const { plan, cost } = prepared.record;
  const { collectors } = prepared;
  const fold = foldSections({ plan, cost, collectors }, { watched: request.time === 'real' });
  const budget = watchBudget(request.budget, plan, fold);
  const gate = watchThresholds(prepared.record.thresholds, request.abortOnFail, fold);
  if (world.stop.aborted) throw new Interrupted();
  const { path: folder, discard } = makeRunFolder(request.out, prepared.folderName, request.attempt);
  let log: SampleLog | undefined;
  let finished: FinishedRun;
  try {
    await keepColumns(folder, request.trace, request.keepColumns ?? []);
    log = await openSampleLog(join(folder, RUN_FILES.samples), {
      declared: plan.columns ?? [],
      payloads: prepared.payloads.length > 1,
      batched: plan.batching !== undefined,
      metrics: plan.metrics?.map(({ name }) => name) ?? [],
      key: prepared.record.samplesKey ?? '',
    });
    const run = request.time === 'virtual' ? runVirtual : runReal;
    finished = await run(prepared, { folder, log, fold, world, budget, gate });
  } catch (thrown) {
    await log?.close().catch(() => undefined);
    // The record is written at the start: without one nothing was sent. A run in virtual time sends nothing to anybody.
    if (request.time === 'virtual' || !existsSync(join(folder, RUN_FILES.record))) discard();
    throw thrown;
  }
  return conclude(finished, { folder, log, fold }, request.html ?? true);
}
