import type { Clock } from '../../clock.js';
import { createDialer, type Dialer, type TlsOptions } from './dialer.js';
import { type Abortable, Exchange, GIVEN_UP, type Sending } from './exchange.js';
import { type ConnectionContext, type ConnectionOwner, type Ending, Http1Connection } from './http1-connection.js';
import type { ParserOptions } from './http1-parser.js';
import { type LoopTurn, watchLoopTurns } from './loop-turn.js';
import { dialFailure } from './socket-failure.js';

export interface WireOptions {
  /** Scheme, host and port count; the rest is the request's. */
  readonly url: URL;
  readonly tls?: TlsOptions;
  /** `initial` are opened before the start and kept up; never more than `max` at once (null: as many as it takes). */
  readonly connections: { readonly initial: number; readonly max: number | null };
  /** Limits of an answer, and the names of the headers to keep. */
  readonly limits?: ParserOptions;
  /** An idle connection is closed after this long. Absent: by the server's Keep-Alive hint less 1 s, else 4 s. */
  readonly idleMs?: number;
  readonly clock: Clock;
}

/** HTTP/1.1 to one origin over connections that are kept open. One per thread. */
export interface Wire {
  /** Opens the initial connections; resolves when each of them is open or has failed, which is no error. */
  open(signal: AbortSignal): Promise<void>;
  /**
   * Sends one whole request (head and body in `bytes`, which must stay as they are) in one write; `sending` is told what
   * came back, and never anything is sent twice. Takes the connection that was free last, else the next that is free in this
   * turn of the event loop, else opens one, else waits its turn. Where a connection is free nothing is made for a request:
   * what remains of it is what Node's socket leaves of a write.
   */
  send<C extends Abortable>(bytes: Uint8Array, sending: Sending<C>, call: C): void;
  facts(): WireFacts;
  close(): void;
}

export interface WireFacts {
  /** Connections that `open` left open. */
  readonly atStart: number;
  /** Connections established in all, and the most there were at once. */
  readonly opened: number;
  readonly peak: number;
  readonly open: number;
  /** Attempts that failed. */
  readonly failed: number;
  /** Idle connections the server closed before we did. */
  readonly dropped: number;
  /** Connections given up for bytes that belong to no answer. */
  readonly surplus: number;
  /** Addresses of the host name. */
  readonly addresses: number;
}

/** Servers commonly close after 5 s. */
const IDLE_MS = 4000;
/** More than any system gives; a small whole number, as any other limit. */
const NO_LIMIT = 1e9;
/** How exactly a connection's idle time is kept. */
const RETIRING_MS = 100;
/** Connections being opened at once by `open`: below common accept queues (128). */
const OPENING = 64;
/** So many failures end each of these lanes: one in many leaves no fewer open, and a service that is down is not pestered. */
const OPENING_TRIES = 2;
/** An attempt of nobody's ends after this long; a request's own lasts until the request's timeout. */
const SPARE_LIMIT_MS = 10_000;
/** A server that closes idle connections sooner than this does not want them kept up. */
const LEAST_LIFE_MS = 1000;

export function createWire(options: WireOptions): Wire {
  return new Pool(options);
}

class Pool implements Wire, ConnectionOwner {
  readonly #options: WireOptions;
  readonly #clock: Clock;
  readonly #dialer: Dialer;
  readonly #turn: LoopTurn;
  readonly #max: number;
  /** Free connections, the one used last at the end: the fewest stay warm, the rest retire. */
  readonly #free: Http1Connection[] = [];
  readonly #all = new Map<Http1Connection, AbortController>();
  readonly #waiting = new Queue();
  /** The first of the exchanges that are over and that nobody holds. */
  #spare: Exchange | undefined;
  readonly #giveUp = (exchange: Exchange): void => {
    this.#abort(exchange);
  };
  /** Set while somebody waits whom this turn of the loop has not served yet. */
  #opening: NodeJS.Immediate | undefined;
  /** One timer for all: a socket's own would be set again by every read and write, for as much as sending costs. */
  readonly #retiring: NodeJS.Timeout;
  #closed = false;
  #made = 0;
  readonly #counts = { atStart: 0, opened: 0, peak: 0, failed: 0, dropped: 0, surplus: 0 };

  constructor(options: WireOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#dialer = createDialer(options.url, options.tls ?? {}, options.clock);
    this.#turn = watchLoopTurns(() => options.clock.now());
    this.#max = options.connections.max ?? NO_LIMIT;
    this.#retiring = everyMs(RETIRING_MS, (elapsedMs) => {
      for (const connection of [...this.#free]) connection.idle(elapsedMs);
    });
  }

  async open(signal: AbortSignal): Promise<void> {
    const giveUp = (): void => {
      for (const dialing of this.#all.values()) dialing.abort();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    const { initial } = this.#options.connections;
    let attempts = OPENING_TRIES * initial;
    const openInTurn = async (): Promise<void> => {
      let tries = OPENING_TRIES;
      while (tries > 0 && !signal.aborted && this.#all.size < initial && attempts-- > 0)
        if (!(await this.#openSpare())) tries--;
    };
    await Promise.all(Array.from({ length: OPENING }, openInTurn));
    signal.removeEventListener('abort', giveUp);
    this.#counts.atStart = this.#all.size;
  }

  send<C extends Abortable>(bytes: Uint8Array, sending: Sending<C>, call: C): void {
    const exchange = this.#spare ?? new Exchange(this.#giveUp);
    this.#spare = exchange.next;
    exchange.next = undefined;
    exchange.begin(bytes, sending, call);
    const connection = this.#free.pop();
    if (connection !== undefined) connection.carry(exchange);
    else if (this.#closed) this.#abort(exchange);
    else this.#wait(exchange);
  }

  /**
   * New connections are opened only after the loop has read what has arrived: a thread that is behind by some milliseconds
   * sends many requests at once, while the connections for them lie there answered but unread. Opening more instead costs
   * more time than reading, and puts it further behind. (The schedule's sends run from immediates and timers, so that a poll
   * comes before the next immediate.)
   */
  #wait(exchange: Exchange): void {
    this.#waiting.push(exchange);
    this.#opening ??= setImmediate(() => {
      this.#opening = undefined;
      this.#openForWaiting();
    });
  }

  #openForWaiting(): void {
    while (this.#all.size < this.#max) {
      const exchange = this.#waiting.shift();
      if (exchange === undefined) return;
      void this.#openFor(exchange);
    }
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
    if (why === 'surplus') this.#counts.surplus++;
    const isWanted =
      why === 'retired' || (why === 'dropped' && performance.now() - connection.openedMs > LEAST_LIFE_MS);
    this.#makeGood(isWanted);
  }

  /** After a connection has gone: one for the next in line, or a spare in its place. */
  #makeGood(spareIsWanted: boolean): void {
    if (this.#closed) return;
    if (this.#opening === undefined) this.#openForWaiting();
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
  async #openSpare(): Promise<boolean> {
    try {
      this.free(await this.#dial(new AbortController(), SPARE_LIMIT_MS));
      return true;
    } catch {
      this.#makeGood(false);
      return false;
    }
  }

  async #dial(dialing: AbortController, limitMs: number): Promise<Http1Connection> {
    const connection = new Http1Connection(this.#connectionContext());
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

  #connectionContext(): ConnectionContext {
    const { idleMs, limits } = this.#options;
    return {
      clock: this.#clock,
      turn: this.#turn,
      parser: limits ?? {},
      owner: this,
      // Connections opened together must not all retire together: sixteen steps over the last quarter. Whole numbers, for
      // the first would be one, and with it an object of another shape than all the others.
      idleMs: Math.round((idleMs ?? IDLE_MS) * (1 - (this.#made++ % 16) / 64)),
      heedsHint: idleMs === undefined,
    };
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

/** First in, first out; those given up meanwhile are passed over. */
class Queue {
  #first: Exchange | undefined;
  #last: Exchange | undefined;

  push(exchange: Exchange): void {
    if (this.#last === undefined) this.#first = exchange;
    else this.#last.next = exchange;
    this.#last = exchange;
  }

  shift(): Exchange | undefined {
    for (let exchange = this.#first; exchange !== undefined; exchange = this.#first) {
      this.#first = exchange.next;
      exchange.next = undefined;
      if (this.#first === undefined) this.#last = undefined;
      if (!exchange.settled) return exchange;
    }
    return undefined;
  }
}

/** Without keeping the process alive; tells how long it really was since the last time. */
function everyMs(periodMs: number, tick: (elapsedMs: number) => void): NodeJS.Timeout {
  let lastMs = performance.now();
  return setInterval(() => {
    const nowMs = performance.now();
    tick(nowMs - lastMs);
    lastMs = nowMs;
  }, periodMs).unref();
}
