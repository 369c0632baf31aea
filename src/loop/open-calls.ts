import type { Backend } from '../backends/backend.js';
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import type { Failure, Outcome } from '../sample.js';
import type { InFlight } from './in-flight.js';
import { OpenBatch } from './open-batch.js';
import { OpenCall, type BoundBackend, type Settling } from './open-call.js';
import type { Recorder } from './recorder.js';
import type { Schedule } from './schedule.js';

const NO_PROMISE = "the backend's invoke returned neither a promise nor 'settles'";

/** What a call is made with. */
export interface OpenRun {
  readonly clock: Clock;
  readonly backend: Backend;
  readonly recorder: Recorder;
  readonly inFlight: InFlight;
  /** From the hand-over. */
  readonly timeoutMs: number;
}

/** The calls handed over and not yet recorded, oldest first (a doubly linked list: answers leave it from anywhere). */
export class OpenCalls implements Settling {
  /** Fields of its own: a run and its rehearsal give objects of different shapes, which compiled code would stumble over. */
  readonly #clock: Clock;
  readonly #backend: BoundBackend;
  readonly #recorder: Recorder;
  readonly #inFlight: InFlight;
  readonly #timeoutMs: number;
  readonly #ends: Ends = { oldest: undefined, newest: undefined };
  #whenEmpty: (() => void) | undefined;

  constructor({ clock, backend, recorder, inFlight, timeoutMs }: OpenRun) {
    this.#clock = clock;
    this.#backend = boundBackend(backend);
    this.#recorder = recorder;
    this.#inFlight = inFlight;
    this.#timeoutMs = timeoutMs;
  }

  /** Hands over, at `handedMs`, the request in a row of the schedule, or the batch that begins with it. Returns the row behind. */
  send(chunk: Schedule, row: number, handedMs: number): number {
    const { invocation } = chunk;
    const end = invocation === undefined ? row + 1 : batchEnd(invocation, row, chunk.rows);
    const call =
      invocation === undefined ? openCall(chunk, row, handedMs, this) : new OpenBatch(chunk, row, end, handedMs, this);
    if (this.#inFlight.enter()) this.#hand(call);
    else call.record(this.#recorder, { ok: false, failure: 'shed', detail: '', doneMs: handedMs });
    return end;
  }

  #hand(call: OpenCall): void {
    append(this.#ends, call);
    try {
      const handed = call.handTo(this.#backend);
      if (handed === 'settles') return;
      if (typeof (handed as Partial<Promise<Outcome>> | undefined)?.then !== 'function')
        throw new TypeError(NO_PROMISE);
      this.#follow(call, handed);
    } catch (thrown) {
      this.settle(call, { ok: false, failure: 'crashed', detail: messageOf(thrown) });
    }
  }

  #follow(call: OpenCall, promise: Promise<Outcome>): void {
    promise.then(
      (outcome) => {
        this.settle(call, outcome);
      },
      (thrown: unknown) => {
        this.settle(call, { ok: false, failure: 'crashed', detail: messageOf(thrown) });
      },
    );
  }

  /** When the oldest open call was handed over; `otherwise` when none is open. */
  oldestHandedMs(otherwise: number): number {
    return this.#ends.oldest?.handedMs ?? otherwise;
  }

  /** By the very sum that is waited for: a difference could round to just before the hand-over, for ever. */
  expire(nowMs: number): void {
    const timeoutMs = this.#timeoutMs;
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
      const ageMs = this.#clock.now() - call.handedMs;
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
    // Taken first: what the backend says when it is aborted is no news.
    this.#take(call);
    const known = call.abort();
    const { sentMs = NaN, handshakeMs = NaN } = known ?? {};
    this.#record(call, { ok: false, failure, detail, sentMs, handshakeMs });
  }

  /** Once per call: what comes after a timeout or stop is ignored. */
  settle(call: OpenCall, outcome: Outcome): void {
    if (call.settled) return;
    this.#take(call);
    this.#record(call, outcome);
  }

  #take(call: OpenCall): void {
    call.settled = true;
    remove(this.#ends, call);
    this.#inFlight.leave();
  }

  #record(call: OpenCall, outcome: Outcome): void {
    call.recordTold(this.#recorder, outcome, this.#clock.now());
    if (this.#ends.oldest === undefined) this.#whenEmpty?.();
  }
}

function boundBackend(backend: Backend): BoundBackend {
  return { invoke: backend.invoke.bind(backend), invokeBatch: backend.invokeBatch?.bind(backend) };
}

function openCall({ seq, dueMs, payload }: Schedule, row: number, handedMs: number, settling: Settling): OpenCall {
  return new OpenCall(seq[row] as number, dueMs[row] as number, handedMs, payload[row] as number, settling);
}

/** The row behind the last of an invocation. */
function batchEnd(invocation: Uint32Array, row: number, rows: number): number {
  let end = row + 1;
  while (end < rows && invocation[end] === invocation[row]) end++;
  return end;
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
