import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_FILES } from '../run-folder/run-files.js';
import { replay, type ReplayRequest, type ReplayResult, type Surroundings } from './replay.js';

export interface Attempts {
  /** The last attempt, and what all of them can have cost at most. */
  readonly result: ReplayResult;
  readonly spent: number;
}

/**
 * Replays until a run is VALID, at most `most` times; a run that was stopped, or of which `isAnswered` says that it has
 * answered what was asked, is not made again. The folder is that of the last attempt; those before it are kept in it, in
 * `attempt-1`, `attempt-2`, ... In virtual time every attempt would be the same, so there is one.
 */
export async function replayUntilValid(
  request: ReplayRequest,
  world: Surroundings,
  most: number,
  isAnswered: (result: ReplayResult) => boolean = () => false,
): Promise<Attempts> {
  let [spent, asked] = [0, request];
  for (let attempt = 1; ; attempt++) {
    // Each run listens to the stop until the process ends.
    const result = await replay(withinBudget(asked, spent), { ...world, stop: AbortSignal.any([world.stop]) });
    spent += result.report.sections.cost.high ?? 0;
    const isLast = attempt === most || request.time === 'virtual' || overBudget(request, spent);
    if (isLast || !isDisturbed(result) || isAnswered(result)) return { result, spent };
    keepAttempt(result.folder, attempt);
    const [reason = ''] = result.report.verdict.reasons;
    world.say(`attempt ${String(attempt)} of ${String(most)} is INVALID and is made again: ${reason}`);
    asked = { ...request, out: result.folder, attempt: attempt + 1 };
  }
}

function withinBudget(request: ReplayRequest, spent: number): ReplayRequest {
  return request.budget === undefined ? request : { ...request, budget: request.budget - spent };
}

function overBudget({ budget }: ReplayRequest, spent: number): boolean {
  return budget !== undefined && spent >= budget;
}

function isDisturbed({ report, record, trouble }: ReplayResult): boolean {
  const goesOn = record.end?.stopReason === null || record.end?.failedThreshold !== undefined;
  return !report.verdict.valid && goesOn && trouble === undefined;
}

function keepAttempt(folder: string, attempt: number): void {
  const kept = join(folder, `attempt-${String(attempt)}`);
  mkdirSync(kept);
  for (const file of Object.values(RUN_FILES)) {
    const path = join(folder, file);
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) renameSync(path, join(kept, file));
  }
}
