import type { Clock } from '../../clock.js';
import { connectionContext } from './connection-context.js';
import { PLAIN_CONNECT } from './connect-options.js';
import { createDialer, type Dialer } from './dialer.js';
import { everyMs } from './every-ms.js';
import { type Abortable, Exchange, GIVEN_UP, type Sending } from './exchange.js';
import { ExchangeQueue } from './exchange-queue.js';
import { type ConnectionOwner, type Ending, Http1Connection, NO_LIMIT } from './http1-connection.js';
import { openAhead } from './open-ahead.js';
import type { Wire, WireFacts, WireOptions } from './wire.js';
import { type LoopTurn, watchLoopTurns } from './loop-turn.js';
import { dialFailure } from './socket-failure.js';

/** How exactly a connection's idle time is kept. */
const RETIRING_MS = 100;
/** An attempt that no request waits for ends after this long; a request's own lasts until the request's timeout. */
const SPARE_LIMIT_MS = 10_000;
/** A server that closes idle connections sooner than this does not want them kept up. */
const LEAST_LIFE_MS = 1000;
/**
 * Attempts begun in one turn of the loop. Each takes CPU from the sending thread (TCP 0.1 ms, TLS 1 ms), for which the
 * requests that find a connection would be late; those without one wait, which health reports.
 */
const ATTEMPTS_A_TURN = { tcp: 4, tls: 1 } as const;

export class ConnectionPool implements Wire, ConnectionOwner {
  readonly #options: WireOptions;
  readonly #clock: Clock;
  readonly #dialer: Dialer;
  readonly #turn: LoopTurn;
  readonly #max: number;
  readonly #attemptsATurn: number;
  /** Free connections, the one used last at the end: the fewest stay warm, the rest retire. */
  readonly #free: Http1Connection[] = [];
  readonly #all = new Map<Http1Connection, AbortController>();
  readonly #waiting = new ExchangeQueue();
  /** The first of the exchanges that are over and may begin again. */
  #spare: Exchange | undefined;
  readonly #giveUp = (exchange: Exchange): void => {
    this.#abort(exchange);
  };
  /** Set while a request waits that this turn of the loop has not served yet. */
  #opening: NodeJS.Immediate | undefined;
  /** One timer for all: a socket's own would be set again by every read and write, for as much as sending costs. */
  readonly #retiring: NodeJS.Timeout;
  #closed = false;
  #made = 0;
  readonly #counts = { atStart: 0, opened: 0, peak: 0, failed: 0, dropped: 0, surplus: 0, doubtful: 0 };

  constructor(options: WireOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#dialer = createDialer(options.url, options.connect ?? PLAIN_CONNECT, options.clock);
    this.#turn = watchLoopTurns(() => options.clock.now());
    this.#max = options.connections.max ?? NO_LIMIT;
    this.#attemptsATurn = ATTEMPTS_A_TURN[options.url.protocol === 'https:' ? 'tls' : 'tcp'];
    this.#retiring = everyMs(RETIRING_MS, (elapsedMs) => {
      for (const connection of [...this.#free]) connection.idle(elapsedMs);
    });
  }

  async open(signal: AbortSignal): Promise<void> {
    const { connections, openLimitMs = SPARE_LIMIT_MS } = this.#options;
    if (connections.initial === 0) return;
    const giveUp = (): void => {
      for (const dialing of this.#all.values()) dialing.abort();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    await openAhead({
      count: connections.initial,
      limitMs: Math.min(openLimitMs, SPARE_LIMIT_MS),
      signal,
      opened: () => this.#all.size,
      openOne: (limitMs) => this.#openSpare(limitMs),
    });
    signal.removeEventListener('abort', giveUp);
    this.#counts.atStart = this.#free.length;
  }

  send<C extends Abortable>(bytes: Uint8Array, sending: Sending<C>, call: C): void {
    const exchange = this.#spare ?? new Exchange(this.#giveUp);
    this.#spare = exchange.next;
    exchange.next = undefined;
    exchange.begin(bytes, sending, call);
    const connection = this.#freshest();
    if (connection !== undefined) connection.carry(exchange);
    else if (this.#closed) this.#abort(exchange);
    else this.#wait(exchange);
  }

  /** The one that was free last; those older than they may be are closed on the way. */
  #freshest(): Http1Connection | undefined {
    let connection = this.#free.pop();
    while (connection?.isAged() === true) {
      connection.retire();
      connection = this.#free.pop();
    }
    return connection;
  }

  /**
   * New connections are opened only after the loop has read what has arrived: a thread that is behind by some milliseconds
   * sends many requests at once, while the connections for them lie there answered but unread. Opening more instead costs
   * more time than reading, and puts it further behind. (The schedule's sends run from immediates and timers, so that a poll
   * comes before the next immediate.)
   */
  #wait(exchange: Exchange): void {
    this.#waiting.push(exchange);
    this.#openSoon();
  }

  #openSoon(): void {
    this.#opening ??= setImmediate(() => {
      this.#opening = undefined;
      this.#openForWaiting();
    });
  }

  /** A few in each turn of the loop: between them it sends what is due and reads what has come, which may free connections. */
  #openForWaiting(): void {
    for (let left = this.#attemptsATurn; left > 0 && this.#all.size < this.#max; left--) {
      const exchange = this.#waiting.shift();
      if (exchange === undefined) return;
      void this.#openFor(exchange);
    }
    if (!this.#waiting.isEmpty && this.#all.size < this.#max) this.#openSoon();
  }

  facts(): WireFacts {
    return { ...this.#counts, open: this.#all.size, addresses: this.#dialer.addresses };
  }

  close(): void {
    this.#closed = true;
    clearImmediate(this.#opening);
    clearInterval(this.#retiring);
    for (let exchange = this.#waiting.shift(); exchange !== undefined; exchange = this.#waiting.shift())
      this.#abort(exchange);
    for (const [connection, dialing] of [...this.#all]) {
      dialing.abort();
      connection.close();
    }
    this.#dialer.close();
    this.#turn.stop();
  }

  free(connection: Http1Connection, done?: Exchange): void {
    if (done !== undefined) {
      done.next = this.#spare;
      this.#spare = done;
    }
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(connection);
    else connection.carry(next);
  }

  gone(connection: Http1Connection, why: Ending): void {
    this.#remove(connection);
    if (why === 'dropped') this.#counts.dropped++;
    if (why === 'surplus') {
      this.#counts.surplus++;
      this.#counts.doubtful += Math.max(0, connection.answers - 1);
    }
    const isWanted =
      why === 'retired' || (why === 'dropped' && performance.now() - connection.openedMs > LEAST_LIFE_MS);
    this.#makeGood(isWanted);
  }

  /** After a connection has gone: one for the next in line, or a spare in its place. */
  #makeGood(spareIsWanted: boolean): void {
    if (this.#closed) return;
    if (!this.#waiting.isEmpty) this.#openSoon();
    if (spareIsWanted && this.#all.size < this.#options.connections.initial) void this.#openSpare();
  }

  /** A connection of the request's own: it waits for no other. */
  async #openFor(exchange: Exchange): Promise<void> {
    const startMs = this.#clock.now();
    const dialing = new AbortController();
    exchange.holder = {
      close: () => {
        // Opening its own connection is the service's share, however it ends.
        exchange.handshakeMs = this.#clock.now() - startMs;
        dialing.abort();
      },
    };
    try {
      const connection = await this.#dial(dialing, 0);
      exchange.handshakeMs = this.#clock.now() - startMs;
      if (exchange.settled) this.free(connection);
      else connection.carry(exchange);
    } catch (thrown) {
      const { failure, detail } = dialing.signal.aborted ? GIVEN_UP : dialFailure(thrown);
      exchange.fail(failure, detail, this.#clock.now());
      this.#makeGood(false);
    }
  }

  /** Whether it came to be. */
  async #openSpare(limitMs = SPARE_LIMIT_MS): Promise<boolean> {
    try {
      this.free(await this.#dial(new AbortController(), limitMs));
      return true;
    } catch {
      this.#makeGood(false);
      return false;
    }
  }

  async #dial(dialing: AbortController, limitMs: number): Promise<Http1Connection> {
    const connection = new Http1Connection(connectionContext(this.#options, this.#turn, this, this.#made++));
    this.#all.set(connection, dialing);
    try {
      const onBytes = (count: number): void => {
        connection.read(count);
      };
      connection.attach(await this.#dialer.dial(onBytes, limitMs, dialing.signal));
    } catch (thrown) {
      this.#remove(connection);
      if (!dialing.signal.aborted) this.#counts.failed++;
      throw thrown;
    }
    this.#counts.opened++;
    this.#counts.peak = Math.max(this.#counts.peak, this.#all.size);
    return connection;
  }

  #abort(exchange: Exchange): void {
    if (exchange.settled) return;
    exchange.holder?.close();
    exchange.fail(GIVEN_UP.failure, GIVEN_UP.detail, this.#clock.now());
  }

  #remove(connection: Http1Connection): void {
    this.#all.delete(connection);
    const index = this.#free.indexOf(connection);
    if (index >= 0) this.#free.splice(index, 1);
  }
}
