import type { Feed } from './fill-inputs.js';
import type { ModelInput, ModelOutput } from './model-input.js';
import type { Provider, SessionRun } from './session.js';

/** What a session thread is started with. */
export interface SessionOrder {
  readonly modelPath: string;
  readonly intraOpThreads: number;
  /** Absent: cpu. */
  readonly provider?: Provider;
  /** On shared memory. A run names one by its index. */
  readonly feeds: readonly Feed[];
}

/** What a run is of: a feed by its index, several of them joined to one, or a feed of its own whose outputs are wanted. */
export type Wanted = number | Uint32Array | Feed;

/** To a session thread: what to run, one run at a time; or that it shall end after the run it is in. */
export type ToSession = Wanted | 'close';

/** From a session thread: first `open` or `unopened`, then one `ran` for each run. */
export type FromSession =
  | { readonly kind: 'open'; readonly inputs: readonly ModelInput[]; readonly outputs: readonly ModelOutput[] }
  | {
      readonly kind: 'unopened';
      readonly reason: 'missing-runtime' | 'missing-provider' | 'broken-model';
      readonly detail: string;
    }
  | Ran;

export interface Ran {
  readonly kind: 'ran';
  /** CLOCK_MONOTONIC at the end of the run, ms. */
  readonly endMonotonicMs: number;
  readonly tookMs: number;
  /** Absent: it succeeded. */
  readonly error?: string;
  /** Of a feed that came with the message. */
  readonly outputs?: SessionRun['outputs'];
}

/** The clock that all threads share, ms with its nanoseconds. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
