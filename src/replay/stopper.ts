import type { SectionFold } from '../collectors/registry.js';
import type { SampleLog } from '../collectors/sample-log.js';
import type { UserError } from '../errors.js';
import type { FailedThreshold, RunEnd } from '../run.js';
import type { SampleBatch } from '../sample.js';

type StopFacts = Pick<RunEnd, 'stoppedMs' | 'stopReason' | 'interrupted' | 'overBudget' | 'failedThreshold'>;

/** What ends a run early. */
export interface Stopper {
  readonly signal: AbortSignal;
  /** Stops because the disk refuses the log. */
  logFailed(failure: UserError): void;
  /** Stops because sending on could cost more than allowed. */
  overBudget(): void;
  /** Stops because what was asked of the run has failed; undefined: nothing has. */
  thresholdFailed(failed: FailedThreshold | undefined): void;
  trouble(): UserError | undefined;
  facts(): StopFacts;
}

/** The user's stop and our own, and which came first. */
export function stopper(user: AbortSignal, log: SampleLog, now: () => number): Stopper {
  const controller = new AbortController();
  let facts: StopFacts = {
    stoppedMs: null,
    stopReason: null,
    interrupted: false,
  };
  let trouble: UserError | undefined;
  const stop = (reason: string, interrupted: boolean): void => {
    if (facts.stoppedMs === null) facts = { stoppedMs: Math.max(0, now()), stopReason: reason, interrupted };
    controller.abort();
  };
  const byUser = (): void => {
    stop('interrupted by the user', true);
  };
  if (user.aborted) byUser();
  user.addEventListener('abort', byUser, { once: true });
  return {
    signal: controller.signal,
    logFailed(failure) {
      trouble ??= failure;
      stop(failure.message, false);
    },
    overBudget() {
      if (facts.stoppedMs !== null) return;
      stop('the budget could have been passed', false);
      facts = { ...facts, overBudget: true };
    },
    thresholdFailed(failed) {
      if (failed === undefined || facts.stoppedMs !== null) return;
      stop(`the threshold ${failed.text} failed`, false);
      facts = { ...facts, failedThreshold: failed };
    },
    trouble: () => trouble ?? log.failure,
    facts: () => facts,
  };
}

/** Each batch to the fold and the log; a log that fails stops the run. */
export function takeBatches(fold: SectionFold, log: SampleLog, stop: Stopper): (batch: SampleBatch) => void {
  return (batch) => {
    fold.add(batch);
    log.write(batch);
    if (log.failure !== undefined) stop.logFailed(log.failure);
  };
}
