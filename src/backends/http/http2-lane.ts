import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, type Settings } from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '../../clock.js';
import { messageOf } from '../../errors.js';
import { GIVEN_UP } from '../wire/exchange.js';
import type { LoopTurn } from '../wire/loop-turn.js';
import { FrameScanner } from './frame-scanner.js';
import type { HttpExchange } from './http-exchange.js';
import { type AnswerLimits, Http2Stream } from './http2-stream.js';
import type { Lane, LaneOwner } from './lane.js';
import { REFUSED_STREAM } from './reset-failure.js';
import { streamFailure } from './stream-failure.js';
import { TappedSocket } from './tapped-socket.js';

export interface Http2LaneOptions {
  readonly origin: string;
  readonly socket: Socket;
  /** When dialling began, by `performance.now()`. */
  readonly dialledMs: number;
  /** Streams at once until the service has said how many it takes. */
  readonly assumedStreams: number;
  readonly limits: AnswerLimits;
  readonly idleMs: number;
  readonly clock: Clock;
  readonly turn: LoopTurn;
  readonly owner: LaneOwner;
}

/** A service that has not said within this how many streams it takes is taken to allow what other clients assume. */
const SILENCE_MS = 1000;
const ASSUMED_STREAMS = 100;
/** Where the service names no limit: that of Go's client. */
const UNNAMED_LIMIT = 1000;
/** Servers commonly leave an idle connection open for longer than this: one that lay idle longer may have been closed for that. */
const STALE_MS = 1000;
/** A window of ours never holds an answer back: what comes is read at once. */
const WINDOW_BYTES = 2 ** 30;
/** A connection that has ended is kept for at most this many turns of the loop, for answers in it that are not read yet. */
const MOST_TURNS_TO_READ = 100;
/** MB that a session may hold before it refuses streams; the default of 10 is less than a few large requests. */
const SESSION_MEMORY_MB = 4096;

/** One connection of HTTP/2, on Node's client. */
export class Http2Lane implements Lane {
  readonly protocol = 'HTTP/2';
  readonly dialledMs: number;
  establishedMs = NaN;
  announcedMs = NaN;
  readonly announced: Promise<void>;

  readonly #options: Http2LaneOptions;
  readonly #session: ClientHttp2Session;
  readonly #tap: TappedSocket;
  readonly #scanner: FrameScanner;
  readonly #streams = new Map<number, Http2Stream>();
  /** Exchanges whose frames have not left yet. */
  #unsent: HttpExchange[] = [];
  #mostStreams: number;
  /** Answers that were complete. */
  #answers = 0;
  /** First thing in the latest read, and the earliest moment its bytes can have arrived. */
  #readMs = NaN;
  #readEarliestMs = NaN;
  #idledMs = 0;
  #idledBeforeMs = 0;
  #state: 'open' | 'leaving' | 'gone' = 'open';
  /** Of the service's GOAWAY. */
  #lastStream = Infinity;
  #goAwayCode: number | null = null;
  /** Why the connection ended, where the socket says so. */
  #loss: { readonly error: unknown } | undefined;

  constructor(options: Http2LaneOptions) {
    const { socket, origin } = options;
    this.#options = options;
    this.dialledMs = options.dialledMs;
    this.#mostStreams = options.assumedStreams;
    this.#scanner = new FrameScanner(this.#frames());
    this.#tap = new TappedSocket(socket, {
      leaving: () => {
        this.#stampSent();
      },
      failed: (error) => {
        this.#lost(error);
      },
    });
    socket.on('error', (error) => {
      this.#lost(error);
    });
    for (const event of ['end', 'close'] as const)
      socket.on(event, () => {
        this.#lost(undefined);
      });
    this.#session = connectHttp2(origin, {
      createConnection: () => this.#tap,
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
      maxSessionMemory: SESSION_MEMORY_MB,
    });
    this.announced = new Promise((resolve) => {
      // In the next turn: the settings may have come while this process was stopped.
      const silence = setTimeout(() => setImmediate(assume), SILENCE_MS).unref();
      const assume = (): void => {
        if (Number.isNaN(this.announcedMs)) this.#announce(ASSUMED_STREAMS);
        resolve();
      };
      this.#session.on('remoteSettings', ({ maxConcurrentStreams = UNNAMED_LIMIT }: Settings) => {
        clearTimeout(silence);
        this.#announce(maxConcurrentStreams > 2 ** 31 ? UNNAMED_LIMIT : maxConcurrentStreams);
        resolve();
      });
      this.#session.once('close', () => {
        clearTimeout(silence);
        resolve();
      });
    });
  }

  #announce(mostStreams: number): void {
    this.#mostStreams = mostStreams;
    if (Number.isNaN(this.announcedMs)) this.announcedMs = performance.now();
    if (!Number.isNaN(this.establishedMs)) this.#options.owner.freed(this);
  }

  /** Resolves when requests may be sent; rejects where the connection ends before. */
  async ready(): Promise<void> {
    const session = this.#session;
    await new Promise<void>((resolve, reject) => {
      session.once('connect', () => {
        resolve();
      });
      session.on('error', reject);
      session.once('close', () => {
        reject(new Error('closed while connecting'));
        this.#closed();
      });
    });
    session.setLocalWindowSize(WINDOW_BYTES);
    this.establishedMs = performance.now();
  }

  readMs(): number {
    return this.#readMs;
  }

  /** These bytes came in. */
  read(bytes: Uint8Array): void {
    this.#readMs = this.#options.clock.now();
    this.#readEarliestMs = this.#options.turn.earliestMs();
    this.#scanner.feed(bytes);
    this.#tap.push(bytes);
  }

  get load(): number {
    return this.#streams.size;
  }

  get room(): number {
    return this.#state === 'open' ? this.#mostStreams - this.#streams.size : 0;
  }

  get capacity(): number {
    return this.#mostStreams;
  }

  carry(exchange: HttpExchange): void {
    if (this.#streams.size === 0) {
      this.#idledBeforeMs = this.#idledMs;
      this.#idledMs = 0;
    }
    const { headers, body } = exchange.forms.fields(exchange.seq);
    let stream: ClientHttp2Stream;
    try {
      stream = this.#session.request(headers, { endStream: body === null });
    } catch (thrown) {
      exchange.fail('crashed', messageOf(thrown), this.#options.clock.now());
      return;
    }
    const carried = new Http2Stream(exchange, stream, this.#options.limits, this);
    exchange.holder = {
      close: () => {
        carried.cancel();
      },
    };
    this.#streams.set(carried.id, carried);
    this.#unsent.push(exchange);
    if (body !== null) stream.end(body);
  }

  idle(ms: number): void {
    this.#idledMs += ms;
    if (this.#idledMs < this.#options.idleMs) return;
    this.#leave();
    this.#session.close();
  }

  close(): void {
    const doneMs = this.#options.clock.now();
    for (const { exchange } of this.#streams.values()) exchange.fail(GIVEN_UP.failure, GIVEN_UP.detail, doneMs);
    this.#leave();
    this.#session.destroy();
  }

  /** Node's client sends what was asked for in a turn of the loop together. */
  #stampSent(): void {
    if (this.#unsent.length === 0) return;
    const sentMs = this.#options.clock.now();
    for (const exchange of this.#unsent) if (!exchange.settled) exchange.sentMs = sentMs;
    this.#unsent = [];
  }

  #frames(): ConstructorParameters<typeof FrameScanner>[0] {
    return {
      ended: (id) => {
        const stream = this.#streams.get(id);
        if (stream !== undefined) stream.whole = true;
      },
      reset: (id, code) => {
        const stream = this.#streams.get(id);
        if (stream !== undefined) stream.resetCode = code;
      },
      goingAway: (lastStream, code) => {
        this.#lastStream = Math.min(this.#lastStream, lastStream);
        this.#goAwayCode = code;
        this.#leave();
      },
    };
  }

  ended(stream: Http2Stream): void {
    if (stream.whole && stream.status !== 0) this.#answered(stream);
  }

  overLimit(stream: Http2Stream): void {
    const { exchange } = stream;
    const detail = `body over ${String(this.#options.limits.bodyBytes)} bytes`;
    exchange.fail('bad-answer', detail, this.#readMs, this.#earliestMs(exchange));
    stream.cancel();
  }

  closed(stream: Http2Stream): void {
    this.#streams.delete(stream.id);
    const { exchange } = stream;
    if (!exchange.settled) {
      if (stream.isWholeAtClose) this.#answered(stream);
      else if (this.#isUnprocessed(stream)) this.#giveBack(stream);
      else this.#failed(stream);
    }
    this.#options.owner.freed(this);
  }

  #answered(stream: Http2Stream): void {
    const { exchange } = stream;
    this.#answers++;
    exchange.answer(stream, this.#readMs, this.#earliestMs(exchange));
    // The service has answered without the rest of the request.
    if (!stream.isSent) stream.cancel();
  }

  /** RFC 9113, sections 6.8 and 8.7; or it never left. */
  #isUnprocessed({ id, status, resetCode, exchange }: Http2Stream): boolean {
    if (status !== 0) return false;
    return id > this.#lastStream || resetCode === REFUSED_STREAM || Number.isNaN(exchange.sentMs);
  }

  #giveBack({ resetCode, exchange }: Http2Stream): void {
    this.#unsent = this.#unsent.filter((other) => other !== exchange);
    const isRefused = resetCode === REFUSED_STREAM && this.#state === 'open';
    this.#options.owner.unprocessed(exchange, isRefused ? 'refused' : 'going-away');
  }

  #failed(stream: Http2Stream): void {
    const idled = this.#idledBeforeMs >= STALE_MS;
    const end = { goAwayCode: this.#goAwayCode, loss: this.#loss, reused: this.#answers > 0, idled };
    const { failure, detail } = streamFailure(stream, end);
    stream.exchange.fail(failure, detail, this.#options.clock.now(), this.#earliestMs(stream.exchange));
  }

  #earliestMs({ sentMs }: HttpExchange): number {
    const earliestMs = this.#readEarliestMs;
    // Later than the reading itself: the clock was set to 0 meanwhile, and only the send is known.
    return earliestMs <= this.#readMs && earliestMs >= sentMs ? earliestMs : sentMs;
  }

  /** The service closed the connection, or it failed. */
  #lost(error: unknown): void {
    if (this.#state === 'gone') return;
    this.#loss ??= { error };
    this.#leave();
    this.#endOnceRead(MOST_TURNS_TO_READ);
  }

  /** Node's session reads nothing while a write of its own is under way: answers that came whole may still wait before it. */
  #endOnceRead(turns: number): void {
    if (this.#state === 'gone') return;
    const unread = [...this.#streams.values()].some(({ whole, exchange }) => whole && !exchange.settled);
    if (!unread || turns === 0) {
      this.#session.destroy();
      return;
    }
    setImmediate(() => {
      this.#endOnceRead(turns - 1);
    });
  }

  #leave(): void {
    if (this.#state !== 'open') return;
    this.#state = 'leaving';
    this.#options.owner.leaving(this);
  }

  #closed(): void {
    this.#leave();
    this.#state = 'gone';
    this.#options.socket.destroy();
    this.#options.owner.gone(this);
  }
}
