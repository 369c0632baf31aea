import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '../../clock.js';
import { messageOf } from '../../errors.js';
import { GIVEN_UP } from '../wire/exchange.js';
import type { LoopTurn } from '../wire/loop-turn.js';
import { FrameScanner } from './frame-scanner.js';
import type { HttpExchange } from './http-exchange.js';
import { announcement, connected, endOnceRead, onLoss, openSession } from './http2-session.js';
import { type AnswerLimits, Http2Stream } from './http2-stream.js';
import type { Lane, LaneOwner } from './lane.js';
import { ReadMoments } from './read-moments.js';
import { REFUSED_STREAM } from './reset-failure.js';
import { streamFailure } from './stream-failure.js';
import { TappedSocket } from './tapped-socket.js';
import { UnsentExchanges } from './unsent-exchanges.js';

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

/** Servers commonly leave an idle connection open for longer than this: one that lay idle longer may have been closed for that. */
const STALE_MS = 1000;

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
  readonly #unsent = new UnsentExchanges();
  #mostStreams: number;
  /** Answers that were complete. */
  #answers = 0;
  readonly #reads: ReadMoments;
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
    this.#reads = new ReadMoments(options);
    this.#scanner = new FrameScanner(this.#frames());
    const lost = (error: unknown): void => {
      this.#lost(error);
    };
    this.#tap = new TappedSocket(socket, {
      leaving: () => {
        this.#unsent.stamp(options.clock);
      },
      failed: lost,
    });
    onLoss(socket, lost);
    this.#session = openSession(origin, this.#tap);
    this.announced = announcement(this.#session, (mostStreams) => {
      this.#announce(mostStreams);
    });
  }

  #announce(mostStreams: number): void {
    this.#mostStreams = mostStreams;
    if (Number.isNaN(this.announcedMs)) this.announcedMs = performance.now();
    if (!Number.isNaN(this.establishedMs)) this.#options.owner.freed(this);
  }

  /** Resolves when requests may be sent; rejects where the connection ends before. */
  async ready(): Promise<void> {
    await connected(this.#session, () => {
      this.#closed();
    });
    this.establishedMs = performance.now();
  }

  readMs(): number {
    return this.#reads.lastMs;
  }

  /** These bytes came in. */
  read(bytes: Uint8Array): void {
    this.#reads.begin();
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
    this.#unsent.add(exchange);
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
    exchange.fail('bad-answer', detail, this.#reads.lastMs, this.#reads.earliestMs(exchange));
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
    exchange.answer(stream, this.#reads.lastMs, this.#reads.earliestMs(exchange));
    // The service has answered without the rest of the request.
    if (!stream.isSent) stream.cancel();
  }

  /** RFC 9113, sections 6.8 and 8.7; or it never left. */
  #isUnprocessed({ id, status, resetCode, exchange }: Http2Stream): boolean {
    if (status !== 0) return false;
    return id > this.#lastStream || resetCode === REFUSED_STREAM || Number.isNaN(exchange.sentMs);
  }

  #giveBack({ resetCode, exchange }: Http2Stream): void {
    this.#unsent.remove(exchange);
    const isRefused = resetCode === REFUSED_STREAM && this.#state === 'open';
    this.#options.owner.unprocessed(exchange, isRefused ? 'refused' : 'going-away');
  }

  #failed(stream: Http2Stream): void {
    const idled = this.#idledBeforeMs >= STALE_MS;
    const end = { goAwayCode: this.#goAwayCode, loss: this.#loss, reused: this.#answers > 0, idled };
    const { failure, detail } = streamFailure(stream, end);
    stream.exchange.fail(failure, detail, this.#options.clock.now(), this.#reads.earliestMs(stream.exchange));
  }

  /** The service closed the connection, or it failed. */
  #lost(error: unknown): void {
    if (this.#state === 'gone') return;
    this.#loss ??= { error };
    this.#leave();
    const isUnread = ({ whole, exchange }: Http2Stream): boolean => whole && !exchange.settled;
    endOnceRead(this.#session, () => [...this.#streams.values()].some(isUnread));
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
