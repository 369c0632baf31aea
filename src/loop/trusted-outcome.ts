import type { BatchOutcome, Lacking } from '../backends/backend.js';
import { COLD_STARTS, FAILURES, type Failure, type Outcome } from '../sample.js';

/** A plugin's answer comes from outside: what is not an outcome, or cannot even be read, is a crash of the plugin. */
export function trusted(outcome: Outcome, handedMs: number, nowMs: number): Outcome {
  try {
    if (isOutcome(outcome)) return inOrder(outcome, handedMs, nowMs) ? outcome : clamped(outcome, handedMs, nowMs);
  } catch {
    // A getter threw.
  }
  return noOutcome(nowMs);
}

function noOutcome(doneMs: number): Outcome {
  return { ok: false, failure: 'crashed', detail: 'the backend returned something that is no outcome', doneMs };
}

/** The same for an invocation of this many requests; `lacking` is then sound, where there is one. */
export function trustedBatch(outcome: BatchOutcome, requests: number, handedMs: number, nowMs: number): BatchOutcome {
  try {
    if (!isSound(outcome.lacking, requests)) return noOutcome(nowMs);
  } catch {
    // It is no object, or a getter threw.
    return noOutcome(nowMs);
  }
  return trusted(outcome, handedMs, nowMs);
}

function isSound(lacking: Lacking | undefined, requests: number): boolean {
  if (lacking === undefined) return true;
  const { at, detail } = lacking;
  return (
    typeof detail === 'string' && Array.isArray(at) && at.every((i) => Number.isInteger(i) && i >= 0 && i < requests)
  );
}

/** The usual case, for which nothing is made anew. NaN, and what is no number, fail the comparisons. */
function inOrder(outcome: Outcome, handedMs: number, nowMs: number): boolean {
  const { sentMs = handedMs, doneMs = NaN, handshakeMs = 0, serverMs = 0, coldStart = 'unknown' } = outcome;
  const { doneEarliestMs = sentMs } = outcome;
  return (
    areNumbers(sentMs, doneEarliestMs, doneMs, handshakeMs, serverMs) &&
    handedMs <= sentMs &&
    sentMs <= doneEarliestMs &&
    doneEarliestMs <= doneMs &&
    doneMs <= nowMs &&
    handshakeMs >= 0 &&
    handshakeMs <= sentMs - handedMs &&
    serverMs >= 0 &&
    serverMs < Infinity &&
    COLD_STARTS.includes(coldStart)
  );
}

/** By name, for a list would be made anew for each sample. */
function areNumbers(a: unknown, b: unknown, c: unknown, d: unknown, e: unknown): boolean {
  return (
    typeof a === 'number' &&
    typeof b === 'number' &&
    typeof c === 'number' &&
    typeof d === 'number' &&
    typeof e === 'number'
  );
}

/** No moment lies outside [handed, now], no length below 0; what is no number is missing. */
function clamped(outcome: Outcome, handedMs: number, nowMs: number): Outcome {
  const doneMs = within(outcome.doneMs, handedMs, nowMs, nowMs);
  const sentMs = within(outcome.sentMs, handedMs, doneMs, NaN);
  const isSent = !Number.isNaN(sentMs);
  return {
    ...outcome,
    doneMs,
    sentMs,
    doneEarliestMs: within(outcome.doneEarliestMs, isSent ? sentMs : handedMs, doneMs, NaN),
    handshakeMs: within(outcome.handshakeMs, 0, (isSent ? sentMs : doneMs) - handedMs, NaN),
    serverMs: within(outcome.serverMs, 0, Number.MAX_VALUE, NaN),
    coldStart:
      outcome.coldStart !== undefined && COLD_STARTS.includes(outcome.coldStart) ? outcome.coldStart : 'unknown',
  };
}

function isOutcome(value: unknown): value is Outcome {
  if (typeof value !== 'object' || value === null || !('ok' in value)) return false;
  if (value.ok === true) return true;
  return (
    value.ok === false &&
    'failure' in value &&
    FAILURES.includes(value.failure as Failure) &&
    'detail' in value &&
    typeof value.detail === 'string'
  );
}

function within(ms: unknown, leastMs: number, mostMs: number, otherwise: number): number {
  return typeof ms !== 'number' || Number.isNaN(ms) ? otherwise : Math.min(Math.max(ms, leastMs), mostMs);
}
