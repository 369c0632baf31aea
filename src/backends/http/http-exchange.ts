import type { OutgoingHttpHeaders } from 'node:http2';
import { type Abortable, Exchange, type Sending } from '../wire/exchange.js';

/** A request in the forms of both protocols: which one it takes is known when its connection is. */
export interface RequestForms {
  /** The whole of it in HTTP/1.1. */
  readonly bytes: (seq: number) => Uint8Array;
  /** Pseudo-header fields and all. */
  readonly fields: (seq: number) => FieldsAndBody;
}

export interface FieldsAndBody {
  readonly headers: OutgoingHttpHeaders;
  /** Null: none. */
  readonly body: Uint8Array | null;
}

/** One request on its way over a connection of either protocol. */
export class HttpExchange extends Exchange {
  readonly forms: RequestForms;
  readonly seq: number;
  /** Since when it waits for a connection with room, by `performance.now()`. */
  waitingSinceMs = NaN;
  /** How often the service has given it back unprocessed. */
  returns = 0;

  constructor(abort: (exchange: HttpExchange) => void, forms: RequestForms, seq: number) {
    super((exchange) => {
      if (exchange instanceof HttpExchange) abort(exchange);
    });
    this.forms = forms;
    this.seq = seq;
  }

  start<C extends Abortable>(sending: Sending<C>, call: C): void {
    this.begin(NO_BYTES, sending, call);
  }

  /** Keeps the time that the service took before a request could be sent apart from waiting. */
  addHandshake(ms: number): void {
    if (ms > 0) this.handshakeMs = (Number.isNaN(this.handshakeMs) ? 0 : this.handshakeMs) + ms;
  }
}

const NO_BYTES: Uint8Array = new Uint8Array(0);
