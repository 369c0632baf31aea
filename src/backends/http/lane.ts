import type { HttpExchange } from './http-exchange.js';

/** An established connection that carries exchanges, one at a time (HTTP/1.1) or several (HTTP/2). */
export interface Lane {
  readonly protocol: 'HTTP/1.1' | 'HTTP/2';
  /** When opening it began, and when it was established; by `performance.now()`: the run's clock is set to 0 in between. */
  readonly dialledMs: number;
  readonly establishedMs: number;
  /** How many exchanges it carries, and how many more it may take now. */
  readonly load: number;
  readonly room: number;
  /** The most requests that it carries at once. */
  readonly capacity: number;
  /** When the service said how many it takes, by `performance.now()`; NaN: not yet. */
  readonly announcedMs: number;
  /** Resolves when it did, or will not. */
  readonly announced: Promise<void>;
  /** Sends the request now. It must have room. */
  carry(exchange: HttpExchange): void;
  /** It carried nothing for so much longer. */
  idle(ms: number): void;
  /** Gives up what it carries. */
  close(): void;
}

/** The pool of the lanes. Each method is called last, when the lane itself is in order. */
export interface LaneOwner {
  /** It may have room that it did not have before. */
  freed(lane: Lane): void;
  /** The service has not processed this request, and never will: it may be sent again. */
  unprocessed(exchange: HttpExchange, why: Unprocessed): void;
  /** It takes no more exchanges; those it carries may still be answered. Once. */
  leaving(lane: Lane): void;
  /** It is closed; once, after `leaving`. */
  gone(lane: Lane): void;
}

/** `refused`: the stream alone. `going-away`: the connection takes no more. */
export type Unprocessed = 'refused' | 'going-away';
