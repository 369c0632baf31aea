import type { Failure } from '../../sample.js';
import type { Call, SentTimes } from '../backend.js';
import type { BodyReader, OpenBody } from './body-reader.js';
import type { KeptHeaders } from './http1-parser.js';
import { observedBody } from './observed-body.js';

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
  /** All of it when collected; else empty for 2xx and the first bytes for the rest. Yours to keep. */
  readonly body: Uint8Array;
  readonly bodyBytes: number;
  /** Has read all of the body; absent or undefined: `Sending.openBody` made none. */
  readonly reader?: BodyReader | undefined;
}

export interface WireFailure extends ExchangeTimes {
  readonly kind: 'failure';
  readonly failure: Failure;
  /** Printable. */
  readonly detail: string;
}

/** What came back. */
export type Result = Answer | WireFailure;

/** What learns that nothing waits for the answer any more. */
export type Abortable = Pick<Call, 'onAbort'>;

/** How requests are sent, and what receives the results; the same for many of them. */
export interface Sending<C extends Abortable = Call> {
  /** An answer to HEAD has no body. */
  readonly method: string;
  readonly collectBody: boolean;
  /** Makes what reads a body as it comes, which takes no memory for it. */
  readonly openBody?: OpenBody | undefined;
  /**
   * Observes the body of an answer as it comes: `bytes` came next in it, without the framing of the protocol and before any
   * decompression, in a read that began at `atMs` on the run's clock. They may change after the call. The pieces of an answer
   * make up its body. Absent: nothing is done for it.
   */
  readonly piece?: { told(call: C, bytes: Uint8Array, atMs: number): void }['told'] | undefined;
  /** Once for each request. `result` is the sender's own, to be read before this returns: it serves the next one, too. */
  told(call: C, result: Result): void;
}

/** A whole answer in the hands of what has read it. */
export interface ReadAnswer extends Pick<Answer, 'status' | 'headers' | 'bodyBytes' | 'reader'> {
  body(): Uint8Array;
}

/** What becomes of a request that was aborted; the engine knows the reason. */
export const GIVEN_UP = { failure: 'aborted', detail: 'given up before its answer was complete' } as const;

const NO_HEADERS: KeptHeaders = {};
const NO_BODY: Uint8Array = new Uint8Array(0);
const NOBODY: Abortable = { onAbort: () => undefined };
const LETS_GO = (): void => undefined;

/** One request on its way through the wire, then its result; settled once, and may then begin again as another. */
export class Exchange {
  bytes = NO_BODY;
  sending: Sending<Abortable> = { method: '', collectBody: false, told: () => undefined };
  settled = true;
  /** The connection, or attempt to open one, that is this request's alone now. */
  holder: { close(): void } | undefined;
  /** The one behind it, while it waits in line or to begin again. */
  next: Exchange | undefined;

  kind: Result['kind'] = 'failure';
  sentMs = NaN;
  doneMs = NaN;
  doneEarliestMs = NaN;
  handshakeMs = NaN;
  status = 0;
  headers = NO_HEADERS;
  body = NO_BODY;
  bodyBytes = 0;
  reader: BodyReader | undefined;
  failure: Failure = 'aborted';
  detail = '';

  #call = NOBODY;
  readonly #onAbort: () => SentTimes;

  /** `abort` is called when nothing waits for it any more. */
  constructor(abort: (exchange: Exchange) => void) {
    this.#onAbort = () => {
      abort(this);
      return this;
    };
  }

  begin(bytes: Uint8Array, sending: Sending<Abortable>, call: Abortable): void {
    this.bytes = bytes;
    this.sending = sending;
    this.settled = false;
    this.sentMs = NaN;
    this.handshakeMs = NaN;
    this.#call = call;
    call.onAbort(this.#onAbort);
  }

  /** What reads the body, with the observer of its pieces where there is one; `readMs`: when the present read began. */
  openBody(readMs: () => number): OpenBody | undefined {
    const { openBody, piece } = this.sending;
    return piece === undefined
      ? openBody
      : observedBody(openBody, (bytes) => {
          piece(this.#call, bytes, readMs());
        });
  }

  answer(read: ReadAnswer, doneMs: number, doneEarliestMs: number): void {
    if (this.settled) return;
    this.kind = 'answer';
    this.status = read.status;
    this.headers = read.headers;
    this.body = read.body();
    this.bodyBytes = read.bodyBytes;
    this.reader = read.reader;
    this.#settle(doneMs, doneEarliestMs);
  }

  fail(failure: Failure, detail: string, doneMs: number, doneEarliestMs = NaN): void {
    if (this.settled) return;
    this.kind = 'failure';
    this.failure = failure;
    this.detail = detail;
    this.#settle(doneMs, doneEarliestMs);
  }

  #settle(doneMs: number, doneEarliestMs: number): void {
    const call = this.#call;
    this.settled = true;
    this.holder = undefined;
    this.#call = NOBODY;
    this.doneMs = doneMs;
    this.doneEarliestMs = doneEarliestMs;
    // Anyone who aborts it later would abort the next.
    call.onAbort(LETS_GO);
    // By its kind it has the fields of that kind.
    this.sending.told(call, this);
    this.headers = NO_HEADERS;
    this.body = NO_BODY;
    this.reader = undefined;
  }
}
