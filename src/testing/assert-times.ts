import assert from 'node:assert/strict';
import { COLD_STARTS, FAILURES, type Outcome } from '../sample.js';

/** What the engine would have to correct is a mistake here. */
export function assertOutcome(outcome: Outcome, handedMs: number, nowMs: number): void {
  const shown = JSON.stringify(outcome);
  const { sentMs, doneEarliestMs, doneMs, handshakeMs = NaN, serverMs = NaN, coldStart = 'unknown' } = outcome;
  assertOrder(
    [handedMs, sentMs, doneEarliestMs, doneMs, nowMs],
    `handed ${String(handedMs)}, now ${String(nowMs)}, ${shown}`,
  );
  for (const lengthMs of [handshakeMs, serverMs]) assert.ok(!(lengthMs < 0), `a length below 0: ${shown}`);
  assert.ok(COLD_STARTS.includes(coldStart), `unknown coldStart: ${shown}`);
  if (outcome.ok) return;
  assert.ok(FAILURES.includes(outcome.failure), `unknown failure: ${shown}`);
  assert.equal(typeof outcome.detail, 'string', `a failure without a detail: ${shown}`);
}

/** Not decreasing, where they are known. */
export function assertOrder(timesMs: readonly (number | undefined)[], shown: string): void {
  const known = timesMs.filter((ms) => ms !== undefined && !Number.isNaN(ms)) as number[];
  assert.deepEqual(
    known,
    known.toSorted((a, b) => a - b),
    `times out of order: ${shown}`,
  );
}
