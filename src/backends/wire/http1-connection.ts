import type { Socket } from 'node:net';
import type { Clock } from '../../clock.js';
import { readBuffer } from './dialer.js';
import { GIVEN_UP, type Exchange } from './exchange.js';
import { Http1Parser, type ParserOptions } from './http1-parser.js';
import type { LoopTurn } from './loop-turn.js';
import { lossFailure } from './socket-failure.js';
import { RESET, wasReset } from './was-reset.js';

/** What keeps the connections. Each method is called last, when the connection itself is in order. */
export interface ConnectionOwner {
  /** It can carry the next exchange; `done` is the one it completed, which may begin again. */
  free(connection: Http1Connection, done?: Exchange): void;
  /** It is gone; once. */
  gone(connection: Http1Connection, why: Ending): void;
}

/**
 * `retired`: we closed it, idle, before the server would, or at its greatest age. `spent`: it carried as many requests as it
 * may. `dropped`: the server closed it, idle. `surplus`: bytes came
 * that belong to no answer. `ended`: the server or its failure ended it with an answer. `abandoned`: closed by us.
 */
export type Ending = 'retired' | 'spent' | 'dropped' | 'surplus' | 'ended' | 'abandoned';

export interface ConnectionContext {
  readonly clock: Clock;
  readonly turn: LoopTurn;
  readonly parser: ParserOptions;
  readonly owner: ConnectionOwner;
  /** An idle connection is closed after this long. */
  readonly idleMs: number;
  /** Whether the server's `Keep-Alive: timeout` may shorten or lengthen that. */
  readonly heedsHint: boolean;
  /** It carries at most this many requests, and none that begins later than this after it was established. */
  readonly maxExchanges: number;
  readonly maxAgeMs: number;
}

/** More than any system gives; a small whole number, as any limit that is set. */
export const NO_LIMIT = 1e9;
const MORE_ANSWERS = 'more answers came than requests were sent on this connection: which is whose cannot be known';
/** The server may count its timeout from an earlier moment than we see: we close this much before. */
const HINT_MARGIN_MS = 1000;
const LEAST_HINT_MS = 500;
/** Servers commonly leave an idle connection open for longer than this: one that lay idle longer may have been closed for that. */
const STALE_MS = 1000;

/** One connection, one exchange at a time. */
export class Http1Connection {
  /** When it was established, by `performance.now()`: the run's clock is set to 0 in between. */
  openedMs = NaN;
  /** Exchanges it completed. */
  answers = 0;

  readonly #context: ConnectionContext;
  readonly #parser: Http1Parser;
  #socket: Socket | undefined;
  #exchange: Exchange | undefined;
  #error: unknown;
  #gone = false;
  #idleMs: number;
  /** How long it has been free. */
  #idledMs = 0;
  /** The same, before the present exchange. */
  #idledBeforeMs = 0;
  /** Bytes of the present answer, heads included. */
  #answerBytes = 0;
  /** First thing in the latest read. */
  #lastReadMs = NaN;
  readonly #readMs = (): number => this.#lastReadMs;

  constructor(context: ConnectionContext) {
    this.#context = context;
    this.#parser = new Http1Parser(context.parser);
    this.#idleMs = context.idleMs;
  }

  /** Takes an established socket. Throws when bytes came before any request. */
  attach(socket: Socket): void {
    if (this.#gone) {
      socket.destroy();
      throw new Error('the server spoke before it was asked');
    }
    this.#socket = socket;
    this.openedMs = performance.now();
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('end', () => {
      this.#closed();
    });
    socket.on('close', () => {
      this.#closed();
    });
  }

  /** It was free for so much longer. */
  idle(ms: number): void {
    this.#idledMs += ms;
    if (this.#idledMs >= this.#idleMs || this.isAged()) this.retire();
  }

  /** Closes it. It must be free. */
  retire(): void {
    this.#leave('retired');
  }

  /** Writes the request now. The connection must be free. */
  carry(exchange: Exchange): void {
    this.#exchange = exchange;
    exchange.holder = this;
    this.#idledBeforeMs = this.#idledMs;
    this.#idledMs = 0;
    const { method, collectBody, openBody, piece } = exchange.sending;
    this.#parser.start(method, collectBody, piece === undefined ? openBody : exchange.openBody(this.#readMs));
    this.#answerBytes = 0;
    exchange.sentMs = this.#context.clock.now();
    this.#socket?.write(exchange.bytes);
  }

  /** `readBuffer[0, count)` came in. */
  read(count: number): void {
    const doneMs = this.#context.clock.now();
    const exchange = this.#exchange;
    this.#lastReadMs = doneMs;
    if (exchange === undefined) {
      this.#leave('surplus');
      return;
    }
    this.#answerBytes += count;
    const used = this.#parser.feed(readBuffer, 0, count);
    if (this.#parser.complete) this.#answered(exchange, doneMs, used < count);
    else if (this.#parser.problem !== null) this.#refused(exchange, doneMs, this.#parser.problem);
  }

  /** Gives up what it carries. */
  close(): void {
    this.#exchange?.fail(GIVEN_UP.failure, GIVEN_UP.detail, this.#context.clock.now());
    this.#leave('abandoned');
  }

  #answered(exchange: Exchange, doneMs: number, surplus: boolean): void {
    this.#exchange = undefined;
    const earliestMs = this.#earliestMs(exchange.sentMs, doneMs);
    if (surplus && this.answers > 0) {
      exchange.fail('bad-answer', MORE_ANSWERS, doneMs, earliestMs);
      this.#leave('surplus');
      return;
    }
    this.answers++;
    exchange.answer(this.#parser, doneMs, earliestMs);
    // An idle connection holds nothing of its last body.
    this.#parser.reader = undefined;
    if (surplus) this.#leave('surplus');
    else if (!this.#isReusable()) this.#leave('ended');
    else if (this.answers >= this.#context.maxExchanges) this.#leave('spent');
    else if (this.isAged()) this.#leave('retired');
    else {
      this.#heedHint();
      this.#context.owner.free(this, exchange);
    }
  }

  /** Whether it is older than it may be. */
  isAged(): boolean {
    const { maxAgeMs } = this.#context;
    return maxAgeMs < NO_LIMIT && performance.now() - this.openedMs >= maxAgeMs;
  }

  #earliestMs(sentMs: number, doneMs: number): number {
    const earliestMs = this.#context.turn.earliestMs();
    // Later than the reading itself: the clock was set to 0 meanwhile, and only the send is known.
    return earliestMs <= doneMs && earliestMs >= sentMs ? earliestMs : sentMs;
  }

  /** A request that is still being written when its answer is complete would be followed by the next one's bytes. */
  #isReusable(): boolean {
    const socket = this.#socket;
    return (
      this.#parser.keepAlive && this.#parser.keepAliveSeconds !== 0 && socket?.writableLength === 0 && socket.writable
    );
  }

  #heedHint(): void {
    const seconds = this.#parser.keepAliveSeconds;
    if (seconds < 0 || !this.#context.heedsHint) return;
    const idleMs = Math.max(LEAST_HINT_MS, seconds * 1000 - HINT_MARGIN_MS);
    this.#idleMs = idleMs;
  }

  #refused(exchange: Exchange, doneMs: number, problem: string): void {
    this.#exchange = undefined;
    exchange.fail('bad-answer', problem, doneMs, this.#earliestMs(exchange.sentMs, doneMs));
    this.#leave('ended');
  }

  /** The server closed its side, or the connection failed. */
  #closed(): void {
    if (this.#gone) return;
    const exchange = this.#exchange;
    const doneMs = this.#context.clock.now();
    if (exchange === undefined) this.#leave('dropped');
    else if (this.#error === undefined && this.#parser.end() && !this.#endedByReset())
      this.#answered(exchange, doneMs, false);
    else this.#lost(exchange, doneMs);
  }

  #endedByReset(): boolean {
    if (!wasReset(this.#socket)) return false;
    this.#error = RESET;
    return true;
  }

  #lost(exchange: Exchange, doneMs: number): void {
    this.#exchange = undefined;
    const { failure, detail } = lossFailure(this.#error, {
      reused: this.answers > 0,
      idled: this.#idledBeforeMs >= STALE_MS,
      answerBytes: this.#answerBytes,
    });
    exchange.fail(failure, detail, doneMs, this.#earliestMs(exchange.sentMs, doneMs));
    this.#leave('ended');
  }

  #leave(why: Ending): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#exchange = undefined;
    this.#socket?.destroy();
    this.#context.owner.gone(this, why);
  }
}
