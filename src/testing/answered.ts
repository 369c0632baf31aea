import type { Backend, Call } from '../backends/backend.js';
import { invoked } from '../backends/invoked.js';
import { awaitHook } from '../backends/registry.js';
import type { Clock } from '../clock.js';
import type { Outcome } from '../sample.js';
import { assertOutcome } from './assert-times.js';
import { UNDER_TEST } from './contract-subject.js';
import { OwnCall } from './own-call.js';

/** How long a call may take to be answered. */
const ANSWER_MS = 30_000;

/** The outcome of one call, whose times need no correction. */
export async function answered(backend: Backend, clock: Clock, seq: number): Promise<Outcome> {
  const handedMs = clock.now();
  const outcome = await inTime(
    'invoke',
    invoked<Call, Outcome>(
      (call) => backend.invoke(call),
      (settle) => new OwnCall(seq, handedMs, settle),
    ),
  );
  assertOutcome(outcome, handedMs, clock.now());
  return outcome;
}

/** Fails when a call is not answered. */
export function inTime<T>(name: string, answer: Promise<T>): Promise<Awaited<T>> {
  return awaitHook({ plugin: 'the backend', path: UNDER_TEST, name, ms: ANSWER_MS }, () => answer);
}
