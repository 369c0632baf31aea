import type { Feed } from './fill-inputs.js';
import type { ModelInput } from './model-input.js';

/** What a session thread is started with. */
export interface SessionOrder {
  readonly modelPath: string;
  readonly intraOpThreads: number;
  /** On shared memory. A run names one by its index. */
  readonly feeds: readonly Feed[];
}

/** To a session thread: the index of the feed to run, one run at a time; or that it shall end after the run it is in. */
export type ToSession = number | 'close';

/** From a session thread: first `open` or `unopened`, then one `ran` for each run. */
export type FromSession =
  | { readonly kind: 'open'; readonly inputs: readonly ModelInput[] }
  | { readonly kind: 'unopened'; readonly reason: 'missing-runtime' | 'broken-model'; readonly detail: string }
  | Ran;

export interface Ran {
  readonly kind: 'ran';
  /** CLOCK_MONOTONIC at the end of the run, ms. */
  readonly endMonotonicMs: number;
  readonly tookMs: number;
  /** Absent: it succeeded. */
  readonly error?: string;
}

/** The clock that all threads share, ms with its nanoseconds. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
