import type { Failure } from '../../sample.js';
import type { Call } from '../backend.js';
import type { KeptHeaders } from './http1-parser.js';

/** Moments of an exchange, ms on the run's clock; NaN where it did not come so far. */
export interface ExchangeTimes {
  /** Just before its bytes were written to an established connection. */
  readonly sentMs: number;
  /** First thing in the read that completed the answer, or when the failure was noticed. */
  readonly doneMs: number;
  /** The earliest moment that read's bytes can have arrived. */
  readonly doneEarliestMs: number;
  /** A length: DNS, TCP and TLS of this request's own connection; NaN when it found one open. */
  readonly handshakeMs: number;
}

/** A complete answer, whatever its status. */
export interface Answer extends ExchangeTimes {
  readonly kind: 'answer';
  readonly status: number;
  /** Those asked for, by lower-case name. */
  readonly headers: KeptHeaders;
  /** All of it when collected; else empty for 2xx and the first bytes for the rest. */
  readonly body: Uint8Array;
  readonly bodyBytes: number;
}

export interface WireFailure extends ExchangeTimes {
  readonly kind: 'failure';
  readonly failure: Failure;
  /** Printable. */
  readonly detail: string;
}

export interface SendOptions {
  /** An answer to HEAD has no body. */
  readonly method: string;
  readonly collectBody: boolean;
}

/** What can be told that nobody waits for the answer any more. */
export type Abortable = Pick<Call, 'onAbort'>;

/** What becomes of a request that was aborted; the engine knows the reason. */
export const GIVEN_UP = { failure: 'aborted', detail: 'given up before its answer was complete' } as const;

/** One request on its way through the wire; settled once. */
export class Exchange {
  sentMs = NaN;
  handshakeMs = NaN;
  settled = false;
  /** The connection, or attempt to open one, that is this request's alone now. */
  holder: { close(): void } | undefined;
  /** The one behind it, while it waits in line. */
  next: Exchange | undefined;

  constructor(
    readonly bytes: Uint8Array,
    readonly options: SendOptions,
    readonly resolve: (result: Answer | WireFailure) => void,
  ) {}

  settle(result: Answer | WireFailure): void {
    if (this.settled) return;
    this.settled = true;
    this.holder = undefined;
    this.resolve(result);
  }

  fail(failure: Failure, detail: string, doneMs: number, doneEarliestMs = NaN): void {
    const { sentMs, handshakeMs } = this;
    this.settle({ kind: 'failure', failure, detail, sentMs, doneMs, doneEarliestMs, handshakeMs });
  }
}
