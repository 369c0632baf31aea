import type { Socket } from 'node:net';
import { type ConnectionContext, type ConnectionOwner, Http1Connection } from '../wire/http1-connection.js';
import type { HttpExchange } from './http-exchange.js';
import type { Lane, LaneOwner } from './lane.js';

export interface Http1LaneOptions extends Omit<ConnectionContext, 'owner'> {
  readonly socket: Socket;
  readonly dialledMs: number;
  readonly owner: LaneOwner;
}

/** A connection to a service that did not agree to HTTP/2: one request at a time, as on the lean wire. */
export class Http1Lane implements Lane, ConnectionOwner {
  readonly protocol = 'HTTP/1.1';
  readonly capacity = 1;
  readonly announced = Promise.resolve();
  readonly dialledMs: number;
  readonly establishedMs: number;
  readonly announcedMs: number;
  readonly #owner: LaneOwner;
  readonly #connection: Http1Connection;
  #load = 0;
  #isGone = false;

  constructor({ socket, dialledMs, owner, ...context }: Http1LaneOptions) {
    this.dialledMs = dialledMs;
    this.establishedMs = performance.now();
    this.announcedMs = this.establishedMs;
    this.#owner = owner;
    this.#connection = new Http1Connection({ ...context, owner: this });
    this.#connection.attach(socket);
  }

  get load(): number {
    return this.#load;
  }

  get room(): number {
    return this.#isGone ? 0 : 1 - this.#load;
  }

  /** `readBuffer[0, count)` came in. */
  read(count: number): void {
    this.#connection.read(count);
  }

  carry(exchange: HttpExchange): void {
    this.#load = 1;
    exchange.bytes = exchange.forms.bytes(exchange.seq);
    this.#connection.carry(exchange);
  }

  idle(ms: number): void {
    this.#connection.idle(ms);
  }

  close(): void {
    this.#connection.close();
  }

  free(): void {
    this.#load = 0;
    this.#owner.freed(this);
  }

  gone(): void {
    this.#load = 0;
    this.#isGone = true;
    this.#owner.leaving(this);
    this.#owner.gone(this);
  }
}
