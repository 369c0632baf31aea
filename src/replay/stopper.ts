import type { SampleLog } from '../sample-log/sample-log.js';
import { UserError } from '../errors.js';
import type { FailedThreshold, RunEnd } from '../run.js';
import type { SampleBlock } from '../sample.js';
import type { RunContext } from '../conclude/run-context.js';

type StopFacts = Pick<RunEnd, 'stoppedMs' | 'stopReason' | 'interrupted' | 'overBudget' | 'failedThreshold'>;

/** What ends a run early. */
export interface Stopper {
  readonly signal: AbortSignal;
  /** Aborted, at the latest with `signal`: nothing more is sent, what is open goes on. */
  readonly hold: AbortSignal;
  /** Stops because the disk refuses the log. */
  logFailed(failure: UserError): void;
  /** Sends nothing more, because sending on could cost more than allowed; what is open is in that sum, and goes on. */
  overBudget(): void;
  /** Sends nothing more, because what was asked of the run has failed (undefined: nothing has); what is open goes on. */
  thresholdFailed(failed: FailedThreshold | undefined): void;
  trouble(): UserError | undefined;
  facts(): StopFacts;
  /** The run is over: the user's signal, which may serve other runs, is let go. */
  close(): void;
}

/** The user's stop (whose reason may be a fault) and our own, and which came first. */
export function stopper(user: AbortSignal, log: SampleLog, now: () => number): Stopper {
  const [controller, sending] = [new AbortController(), new AbortController()];
  let facts: StopFacts = {
    stoppedMs: null,
    stopReason: null,
    interrupted: false,
  };
  let trouble: UserError | undefined;
  const stop = (reason: string, interrupted: boolean): void => {
    if (facts.stoppedMs === null) facts = { stoppedMs: Math.max(0, now()), stopReason: reason, interrupted };
    else if (!controller.signal.aborted) facts = { ...facts, interrupted };
    sending.abort();
    controller.abort();
  };
  const hold = (stopReason: string, why: Pick<StopFacts, 'overBudget' | 'failedThreshold'>): void => {
    if (facts.stoppedMs !== null) return;
    facts = { stoppedMs: Math.max(0, now()), stopReason, interrupted: false, ...why };
    sending.abort();
  };
  const fail = (failure: UserError): void => {
    trouble ??= failure;
    stop(failure.message, false);
  };
  const byUser = (): void => {
    const reason: unknown = user.reason;
    if (reason instanceof UserError) fail(reason);
    else stop('interrupted by the user', true);
  };
  if (user.aborted) byUser();
  user.addEventListener('abort', byUser, { once: true });
  return {
    signal: controller.signal,
    hold: sending.signal,
    logFailed: fail,
    overBudget() {
      hold('the budget could have been passed', { overBudget: true });
    },
    thresholdFailed(failed) {
      if (failed !== undefined) hold(`the threshold ${failed.text} failed`, { failedThreshold: failed });
    },
    trouble: () => trouble ?? log.failure,
    facts: () => facts,
    close: () => {
      user.removeEventListener('abort', byUser);
    },
  };
}

/** Each block to the log; one that fails stops the run. */
export function logBlocks(log: SampleLog, stop: Stopper): (block: SampleBlock) => void {
  return (block) => {
    log.write(block);
    if (log.failure !== undefined) stop.logFailed(log.failure);
  };
}

/** How often a budget and thresholds are looked at. */
export const WATCH_MS = 100;

/** Looks every `WATCH_MS` whether the budget or a threshold ends the sending. Returns what ends the looking. */
export function watchEnds(context: Pick<RunContext, 'budget' | 'gate'>, stop: Stopper, now: () => number): () => void {
  const look = watcher(context, stop);
  const timer =
    look &&
    setInterval(() => {
      look(now());
    }, WATCH_MS);
  return () => {
    clearInterval(timer);
  };
}

/** Looks whether the budget or a threshold ends the sending; undefined where there is neither. */
export function watcher(
  { budget, gate }: Pick<RunContext, 'budget' | 'gate'>,
  stop: Stopper,
): ((nowMs: number) => void) | undefined {
  if (budget === undefined && gate === undefined) return undefined;
  return (nowMs) => {
    if (budget?.(nowMs) === true) stop.overBudget();
    stop.thresholdFailed(gate?.(nowMs));
  };
}
