import type { Outcome } from '../sample.js';

/** One request, as the engine hands it to a backend. */
export interface Call {
  /** 0-based index in the trace. */
  readonly seq: number;
  readonly dueMs: number;
  /** When the engine handed it over: the reading of the clock just before `invoke`. */
  readonly handedMs: number;
  /** Index into the payload table (0 when the table is empty). */
  readonly payload: number;
  /** Aborted at the timeout or when the run stops. Made on first use, since an AbortSignal costs microseconds. */
  readonly signal: AbortSignal;
  /**
   * The same without the cost: `listener` runs once, at the timeout or stop, and may return when the request was sent, which
   * is then recorded. A second call replaces the first.
   */
  onAbort(listener: AbortListener): void;
  /**
   * What became of it, for anyone who returned `'settles'`: a promise costs a microsecond and some garbage. The first counts; it
   * has been read when this returns.
   */
  settle(outcome: Outcome): void;
}

export type AbortListener = (() => void) | (() => SentTimes);

/** What is known of a request that has no answer. Ms on the run's clock; NaN or absent: it was not sent. */
export type SentTimes = Pick<Outcome, 'sentMs' | 'handshakeMs'>;

/** Several requests in one. `seq`, `dueMs` and `payload` are those of the oldest; `seq` also names the invocation. */
export interface BatchCall extends Call {
  /** Indexes into the payload table, one for each request, the oldest first. Never changed. */
  readonly payloads: Uint32Array;
  settle(outcome: BatchOutcome): void;
}

/** What became of an invocation. A failure is that of each of its requests; a success may still lack the answer of some. */
export type BatchOutcome = Outcome & { readonly lacking?: Lacking };

/** Requests that an answer leaves unanswered: each of them is a `bad-answer`. */
export interface Lacking {
  /** Their places in `payloads`. */
  readonly at: readonly number[];
  readonly detail: string;
}
