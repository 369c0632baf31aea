import type { BatchCall, Call } from '../backends/backend.js';
import type { Outcome } from '../sample.js';

/** Requests in a batch. */
export const BATCH = 3;

/** A call as the engine makes them, which the suite aborts and settles itself. */
export class OwnCall implements Call {
  readonly dueMs: number;
  readonly payload = 0;
  readonly #controller = new AbortController();
  #listener: (() => void) | undefined;

  constructor(
    readonly seq: number,
    readonly handedMs: number,
    readonly settle: (outcome: Outcome) => void = () => undefined,
  ) {
    this.dueMs = handedMs;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  onAbort(listener: () => void): void {
    this.#listener = listener;
  }

  abort(): void {
    this.#controller.abort();
    this.#listener?.();
  }
}

/** A batch of `BATCH` requests, all with the first payload. */
export class OwnBatch extends OwnCall implements BatchCall {
  readonly payloads = new Uint32Array(BATCH);
}
