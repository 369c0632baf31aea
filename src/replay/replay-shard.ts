import type { Backend, Call } from '../backends/backend.js';
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import { COLD_STARTS, FAILURES, type Failure, type Outcome } from '../sample.js';
import type { InFlight } from './in-flight.js';
import type { Recorder } from './recorder.js';
import type { Schedule } from './schedule.js';

export interface ShardRun {
  readonly schedule: Iterable<Schedule>;
  readonly clock: Clock;
  readonly backend: Backend;
  readonly recorder: Recorder;
  readonly inFlight: InFlight;
  /** From the hand-over. */
  readonly timeoutMs: number;
  /** Aborted: nothing more is sent, what is open becomes `aborted`. */
  readonly stop: AbortSignal;
  /** Aborted, at the latest with `stop`: nothing more is sent, what is open goes on. Absent: `stop` alone ends the sending. */
  readonly hold?: AbortSignal;
}

/** After this many sends without a pause the loop takes a turn, so that an overdue sender still hears its answers. */
const SENDS_PER_TURN = 64;

/**
 * THE loop: hands each request over at its due time, never before, and never waits for an answer. Resolves when every
 * request handed over has been recorded, at the latest `timeoutMs` after the last.
 */
export async function replayShard(run: ShardRun): Promise<void> {
  const open = new OpenCalls(run);
  const over = new AbortController();
  const reaper = reapTimeouts(run, open, over.signal);
  const abortOpen = (): void => {
    open.abortAll();
  };
  run.stop.addEventListener('abort', abortOpen, { once: true });
  await sendAll(run, open);
  await open.drained();
  run.stop.removeEventListener('abort', abortOpen);
  over.abort();
  await reaper;
}

async function sendAll({ schedule, clock, stop, hold = stop }: ShardRun, open: OpenCalls): Promise<void> {
  let sendsInTurn = 0;
  for (const { rows, seq, dueMs, payload } of schedule) {
    for (let i = 0; i < rows; i++) {
      const due = dueMs[i] as number;
      if (due > clock.now()) {
        await clock.until(due, hold);
        sendsInTurn = 0;
      } else if (sendsInTurn >= SENDS_PER_TURN) {
        await clock.turn();
        sendsInTurn = 0;
      }
      if (hold.aborted) return;
      sendsInTurn++;
      open.send(seq[i] as number, due, payload[i] as number);
    }
  }
}

/** All calls have the same timeout, so the oldest open call is the next to time out: one waiter serves all. */
async function reapTimeouts({ clock, timeoutMs }: ShardRun, open: OpenCalls, over: AbortSignal): Promise<void> {
  do {
    // Once it is over nothing is open, and nothing expires.
    open.expire(clock.now());
    await clock.until(open.oldestHandedMs(clock.now()) + timeoutMs, over);
  } while (!over.aborted);
}

/** The calls handed over and not yet recorded, oldest first (a doubly linked list: answers leave it from anywhere). */
class OpenCalls {
  readonly #run: ShardRun;
  readonly #ends: Ends = { oldest: undefined, newest: undefined };
  #whenEmpty: (() => void) | undefined;

  constructor(run: ShardRun) {
    this.#run = run;
  }

  send(seq: number, dueMs: number, payload: number): void {
    const { clock, backend, inFlight, recorder } = this.#run;
    const handedMs = clock.now();
    if (!inFlight.enter()) {
      recorder.record({ seq, dueMs, handedMs }, { ok: false, failure: 'shed', detail: '', doneMs: handedMs });
      return;
    }
    const call = new OpenCall(seq, dueMs, handedMs, payload);
    append(this.#ends, call);
    try {
      backend.invoke(call).then(
        (outcome) => {
          this.#settle(call, outcome);
        },
        (thrown: unknown) => {
          this.#settle(call, { ok: false, failure: 'crashed', detail: messageOf(thrown) });
        },
      );
    } catch (thrown) {
      this.#settle(call, { ok: false, failure: 'crashed', detail: messageOf(thrown) });
    }
  }

  /** When the oldest open call was handed over; `otherwise` when none is open. */
  oldestHandedMs(otherwise: number): number {
    return this.#ends.oldest?.handedMs ?? otherwise;
  }

  /** By the very sum that is waited for: a difference could round to just before the hand-over, for ever. */
  expire(nowMs: number): void {
    const { timeoutMs } = this.#run;
    for (
      let call = this.#ends.oldest;
      call !== undefined && call.handedMs + timeoutMs <= nowMs;
      call = this.#ends.oldest
    ) {
      this.#giveUp(call, 'timeout', `no complete answer within ${String(timeoutMs)} ms`);
    }
  }

  abortAll(): void {
    for (let call = this.#ends.oldest; call !== undefined; call = this.#ends.oldest) {
      const ageMs = this.#run.clock.now() - call.handedMs;
      this.#giveUp(call, 'aborted', `open for ${ageMs.toFixed(1)} ms when the run was stopped`);
    }
  }

  drained(): Promise<void> {
    if (this.#ends.oldest === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
    });
  }

  #giveUp(call: OpenCall, failure: Failure, detail: string): void {
    this.#settle(call, { ok: false, failure, detail });
    call.abort();
  }

  /** Once per call: what comes after a timeout or stop is ignored. */
  #settle(call: OpenCall, outcome: Outcome): void {
    if (call.settled) return;
    call.settled = true;
    remove(this.#ends, call);
    const { clock, inFlight, recorder } = this.#run;
    inFlight.leave();
    recorder.record(call, trusted(outcome, call.handedMs, clock.now()));
    if (this.#ends.oldest === undefined) this.#whenEmpty?.();
  }
}

/** A plugin's answer comes from outside: what is not an outcome, or cannot even be read, is a crash of the plugin. */
function trusted(outcome: Outcome, handedMs: number, nowMs: number): Outcome {
  try {
    if (isOutcome(outcome)) return inOrder(outcome, handedMs, nowMs) ? outcome : clamped(outcome, handedMs, nowMs);
  } catch {
    // A getter threw.
  }
  return { ok: false, failure: 'crashed', detail: 'the backend returned something that is no outcome', doneMs: nowMs };
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

class OpenCall implements Call {
  settled = false;
  older: OpenCall | undefined;
  newer: OpenCall | undefined;
  #listener: (() => void) | undefined;
  #controller: AbortController | undefined;
  #aborted = false;

  constructor(
    readonly seq: number,
    readonly dueMs: number,
    readonly handedMs: number,
    readonly payload: number,
  ) {}

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  onAbort(listener: () => void): void {
    if (this.#aborted) listener();
    else this.#listener = listener;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
    this.#listener?.();
    this.#listener = undefined;
  }
}

interface Ends {
  oldest: OpenCall | undefined;
  newest: OpenCall | undefined;
}

function append(ends: Ends, call: OpenCall): void {
  call.older = ends.newest;
  if (ends.newest === undefined) ends.oldest = call;
  else ends.newest.newer = call;
  ends.newest = call;
}

function remove(ends: Ends, call: OpenCall): void {
  if (call.older === undefined) ends.oldest = call.newer;
  else call.older.newer = call.newer;
  if (call.newer === undefined) ends.newest = call.older;
  else call.newer.older = call.older;
  call.older = undefined;
  call.newer = undefined;
}
