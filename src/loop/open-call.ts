import type { AbortListener, Backend, Call, SentTimes } from '../backends/backend.js';
import type { Outcome } from '../sample.js';
import type { Recorder } from './recorder.js';
import { trusted } from './trusted-outcome.js';

/** The functions of a backend that a call is handed to, bound to it. */
export type BoundBackend = Readonly<
  Record<'invoke', Backend['invoke']> & Record<'invokeBatch', Backend['invokeBatch']>
>;

/** Who waits for what became of a call. */
export interface Settling {
  settle(call: OpenCall, outcome: Outcome): void;
}

/** One request handed over and not yet recorded; a link of the list of them. */
export class OpenCall implements Call {
  settled = false;
  older: OpenCall | undefined;
  newer: OpenCall | undefined;
  #listener: AbortListener | undefined;
  #controller: AbortController | undefined;
  #aborted = false;

  constructor(
    readonly seq: number,
    readonly dueMs: number,
    readonly handedMs: number,
    readonly payload: number,
    readonly settling: Settling,
  ) {}

  handTo(backend: BoundBackend): ReturnType<Backend['invoke']> {
    return backend.invoke(this);
  }

  settle(outcome: Outcome): void {
    this.settling.settle(this, outcome);
  }

  /** Records what the backend says became of it. */
  recordTold(recorder: Recorder, outcome: Outcome, nowMs: number): void {
    recorder.record(this, trusted(outcome, this.handedMs, nowMs));
  }

  /** Records an outcome of our own. */
  record(recorder: Recorder, outcome: Outcome): void {
    recorder.record(this, outcome);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  onAbort(listener: AbortListener): void {
    if (this.#aborted) listener();
    else this.#listener = listener;
  }

  /** Returns what the backend knows of it. */
  abort(): SentTimes | undefined {
    this.#aborted = true;
    this.#controller?.abort();
    const sent = this.#listener?.();
    this.#listener = undefined;
    return typeof sent === 'object' ? sent : undefined;
  }
}
