import type { Clock } from '../../clock.js';
import { everyMs } from '../wire/every-ms.js';
import { type Abortable, GIVEN_UP, type Sending } from '../wire/exchange.js';
import { dialFailure } from '../wire/socket-failure.js';
import { HttpExchange, type RequestForms } from './http-exchange.js';
import type { Http2Wire, Http2WireFacts, Http2WireOptions } from './http2-wire.js';
import { LaneDialer } from './lane-dialer.js';
import type { Lane, LaneOwner, Unprocessed } from './lane.js';
import { RequestQueue } from './request-queue.js';

/** Requests that a first connection is expected to carry at once: the least that RFC 9113 recommends. */
const EXPECTED_STREAMS = 100;
const RETIRING_MS = 100;
/** So often a request is sent again: a service that goes on refusing has answered. */
const MOST_RETURNS = { refused: 2, 'going-away': 9 } as const;

/** Connections of either protocol, opened as the requests need them. */
export class LanePool implements Http2Wire, LaneOwner {
  readonly #options: Http2WireOptions;
  readonly #clock: Clock;
  readonly #dialer: LaneDialer;
  readonly #max: number;
  /** Those that take requests, the one used last at the end. */
  readonly #lanes: Lane[] = [];
  /** Those that are not closed yet. */
  readonly #all = new Set<Lane>();
  readonly #dials = new Set<AbortController>();
  /** Since when there was always a connection being opened, by `performance.now()`; NaN: none is. */
  #diallingSinceMs = NaN;
  readonly #waiting = new RequestQueue();
  readonly #retiring: NodeJS.Timeout;
  /** What the latest connection was said to take at once; null: none was yet. */
  #announcedRoom: number | null = null;
  #opening: NodeJS.Immediate | undefined;
  #closed = false;
  readonly #protocols = new Set<Lane['protocol']>();
  readonly #counts = { atStart: 0, opened: 0, peak: 0, failed: 0, mostStreams: 0, sentAgain: 0 };

  constructor(options: Http2WireOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#dialer = new LaneDialer(options);
    this.#max = options.connections ?? Infinity;
    this.#retiring = everyMs(RETIRING_MS, (elapsedMs) => {
      for (const lane of [...this.#lanes]) if (lane.load === 0) lane.idle(elapsedMs);
    });
  }

  async open(signal: AbortSignal): Promise<void> {
    const { connections } = this.#options;
    const giveUp = (): void => {
      this.#stopDialling();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    await Promise.all(Array.from({ length: connections ?? 0 }, () => this.#open()));
    // So that the first requests need not wait for it.
    await Promise.all(this.#lanes.map(({ announced }) => announced));
    signal.removeEventListener('abort', giveUp);
    this.#counts.atStart = this.#lanes.length;
  }

  send<C extends Abortable>(forms: RequestForms, seq: number, sending: Sending<C>, call: C): void {
    const exchange = new HttpExchange(this.#abort, forms, seq);
    exchange.start(sending, call);
    if (this.#closed) this.#abort(exchange);
    else this.#place(exchange);
  }

  facts(): Http2WireFacts {
    return { ...this.#counts, protocols: [...this.#protocols], addresses: this.#dialer.addresses };
  }

  close(): void {
    this.#closed = true;
    clearImmediate(this.#opening);
    clearInterval(this.#retiring);
    for (const exchange of this.#waiting.takeAll()) this.#abort(exchange);
    this.#stopDialling();
    for (const lane of [...this.#all]) lane.close();
    this.#dialer.close();
  }

  freed(lane: Lane): void {
    if (!Number.isNaN(lane.announcedMs)) this.#announcedRoom = lane.capacity;
    this.#serveWaiting();
    if (this.#waiting.length > 0) this.#openSoon();
  }

  #serveWaiting(): void {
    while (this.#waiting.length > 0) {
      const lane = this.#pick();
      if (lane === undefined) return;
      this.#carry(lane, this.#waiting.take());
    }
  }

  unprocessed(exchange: HttpExchange, why: Unprocessed): void {
    const nowMs = this.#clock.now();
    if (exchange.returns >= MOST_RETURNS[why] || this.#closed) {
      exchange.fail('server-error', REFUSALS[why], nowMs);
      return;
    }
    exchange.returns++;
    this.#counts.sentAgain++;
    exchange.holder = undefined;
    // What the service took to give it back is the service's; what it waits from now on may be ours.
    if (!Number.isNaN(exchange.sentMs)) exchange.addHandshake(nowMs - exchange.sentMs);
    exchange.sentMs = NaN;
    this.#place(exchange);
  }

  leaving(lane: Lane): void {
    const index = this.#lanes.indexOf(lane);
    if (index >= 0) this.#lanes.splice(index, 1);
  }

  gone(lane: Lane): void {
    this.#all.delete(lane);
    this.#openSoon();
  }

  #place(exchange: HttpExchange): void {
    const lane = this.#pick();
    if (lane !== undefined) {
      this.#carry(lane, exchange);
      return;
    }
    exchange.waitingSinceMs = performance.now();
    this.#waiting.add(exchange);
    this.#openSoon();
  }

  /** With a number of connections given the least loaded in turn, so that they share the load; else the one used last. */
  #pick(): Lane | undefined {
    if (this.#options.connections === null) return this.#lanes.findLast(({ room }) => room > 0);
    let best: Lane | undefined;
    for (const lane of this.#lanes) if (lane.room > 0 && (best === undefined || lane.load < best.load)) best = lane;
    return best;
  }

  #carry(lane: Lane, exchange: HttpExchange): void {
    if (this.#lanes.at(-1) !== lane) {
      this.leaving(lane);
      this.#lanes.push(lane);
    }
    // Of a connection that was opened while it waited; the service's first word of how much it takes is part of opening.
    const openedMs = Number.isNaN(lane.announcedMs)
      ? lane.establishedMs
      : Math.max(lane.establishedMs, lane.announcedMs);
    exchange.addHandshake(openedMs - Math.max(exchange.waitingSinceMs, lane.dialledMs));
    exchange.waitingSinceMs = NaN;
    lane.carry(exchange);
    this.#counts.mostStreams = Math.max(this.#counts.mostStreams, lane.load);
  }

  /** Once the loop has read what has arrived: it may free a connection. */
  #openSoon(): void {
    this.#opening ??= setImmediate(() => {
      this.#opening = undefined;
      this.#openForWaiting();
    });
  }

  #openForWaiting(): void {
    if (this.#closed) return;
    this.#openForAll();
    if (this.#dials.size === 0) this.#diallingSinceMs = NaN;
  }

  #openForAll(): void {
    // A service that takes none for now is not asked again and again.
    if (this.#announcedRoom === 0 && this.#lanes.length + this.#dials.size > 0) return;
    const room = Math.max(1, this.#announcedRoom ?? EXPECTED_STREAMS);
    // Connections that are being opened, and those that may take more once the service has said how many.
    const coming = this.#lanes.filter(({ announcedMs }) => Number.isNaN(announcedMs)).length;
    while (
      this.#lanes.length + this.#dials.size < this.#max &&
      this.#waiting.length > (this.#dials.size + coming) * room
    )
      void this.#open();
  }

  async #open(): Promise<void> {
    const dialing = new AbortController();
    this.#dials.add(dialing);
    if (Number.isNaN(this.#diallingSinceMs)) this.#diallingSinceMs = performance.now();
    const sinceMs = this.#diallingSinceMs;
    try {
      const assumedStreams = Math.max(1, this.#announcedRoom ?? 1);
      const lane = await this.#dialer.dial({ sinceMs, assumedStreams, owner: this, signal: dialing.signal });
      this.#dials.delete(dialing);
      this.#established(lane);
    } catch (thrown) {
      this.#dials.delete(dialing);
      if (!dialing.signal.aborted) this.#unreachable(thrown, sinceMs);
      this.#openSoon();
    }
  }

  #established(lane: Lane): void {
    if (this.#closed) {
      lane.close();
      return;
    }
    this.#protocols.add(lane.protocol);
    this.#counts.opened++;
    this.#all.add(lane);
    this.#lanes.push(lane);
    this.#counts.peak = Math.max(this.#counts.peak, this.#all.size);
    this.freed(lane);
    this.#openSoon();
  }

  /** Those for whom the connection was to be opened fail with it. */
  #unreachable(thrown: unknown, sinceMs: number): void {
    this.#counts.failed++;
    const { failure, detail } = dialFailure(thrown);
    const nowMs = this.#clock.now();
    for (let n = Math.max(1, this.#announcedRoom ?? EXPECTED_STREAMS); n > 0 && this.#waiting.length > 0; n--) {
      const exchange = this.#waiting.take();
      exchange.addHandshake(performance.now() - Math.max(sinceMs, exchange.waitingSinceMs));
      exchange.fail(failure, detail, nowMs);
    }
  }

  readonly #abort = (exchange: HttpExchange): void => {
    if (exchange.settled) return;
    const nowMs = this.#clock.now();
    if (this.#waiting.delete(exchange)) {
      // Opening a connection is the service's share, however it ends.
      exchange.addHandshake(performance.now() - Math.max(this.#diallingSinceMs, exchange.waitingSinceMs));
      if (this.#waiting.length === 0) this.#stopDialling();
    }
    exchange.holder?.close();
    exchange.fail(GIVEN_UP.failure, GIVEN_UP.detail, nowMs);
  };

  #stopDialling(): void {
    for (const dialing of this.#dials) dialing.abort();
  }
}

const REFUSALS: Readonly<Record<Unprocessed, string>> = {
  refused: 'the service refused the stream each time it was sent (REFUSED_STREAM)',
  'going-away': 'the service ended each connection before it processed the request (GOAWAY)',
};
