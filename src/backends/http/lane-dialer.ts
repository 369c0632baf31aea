import type { Clock } from '../../clock.js';
import type { Names } from '../wire/addresses.js';
import type { ConnectOptions } from '../wire/connect-options.js';
import { createDialer, type Dialer, readBuffer } from '../wire/dialer.js';
import { NO_LIMIT } from '../wire/http1-connection.js';
import { type LoopTurn, watchLoopTurns } from '../wire/loop-turn.js';
import { Http1Lane } from './http1-lane.js';
import { Http2Lane } from './http2-lane.js';
import type { AnswerLimits } from './http2-stream.js';
import type { Lane, LaneOwner } from './lane.js';

export interface LaneDialerOptions {
  /** Scheme, host and port count; the rest is the request's. */
  readonly url: URL;
  readonly connect: ConnectOptions;
  /** No TLS and no agreement, or none but HTTP/2 in TLS; else HTTP/1.1 where the service does not agree to HTTP/2. */
  readonly priorKnowledge: boolean;
  readonly limits: AnswerLimits;
  /** An idle connection is closed after this long; null: a minute, or as on the lean wire. */
  readonly idleMs: number | null;
  readonly clock: Clock;
  /** Absent: the system and its name server. */
  readonly names?: Names;
}

/** One attempt. */
export interface Dialling {
  /** Since when there is an attempt, by `performance.now()`. */
  readonly sinceMs: number;
  /** Requests that a connection of HTTP/2 takes until the service has said how many. */
  readonly assumedStreams: number;
  readonly owner: LaneOwner;
  readonly signal: AbortSignal;
}

const IDLE_MS = 60_000;
/** Servers commonly close a connection of HTTP/1.1 after 5 s. */
const HTTP1_IDLE_MS = 4000;
/** An attempt in silence ends after this long on each address. */
const LIMIT_MS = 60_000;

/** Opens connections of the protocol that the service agrees to. */
export class LaneDialer {
  readonly #options: LaneDialerOptions;
  readonly #dialer: Dialer;
  readonly #turn: LoopTurn;

  constructor(options: LaneDialerOptions) {
    const { url, connect, clock, names, priorKnowledge } = options;
    this.#options = options;
    this.#dialer = createDialer(url, { ...connect, alpn: priorKnowledge ? ['h2'] : ['h2', 'http/1.1'] }, clock, names);
    this.#turn = watchLoopTurns(() => clock.now());
  }

  /** Addresses of the host name. */
  get addresses(): number {
    return this.#dialer.addresses;
  }

  /** Rejects with the system's error, or with why the connection will not do. */
  async dial(dialling: Dialling): Promise<Lane> {
    const early: Uint8Array[] = [];
    let onBytes = (count: number): void => {
      early.push(Uint8Array.from(readBuffer.subarray(0, count)));
    };
    const pass = (count: number): void => {
      onBytes(count);
    };
    const socket = await this.#dialer.dial(pass, LIMIT_MS, dialling.signal);
    const { url, priorKnowledge } = this.#options;
    const isHttp2 = url.protocol === 'http:' || ('alpnProtocol' in socket && socket.alpnProtocol === 'h2');
    if (!isHttp2 && (priorKnowledge || early.length > 0)) {
      socket.destroy();
      throw new Error(priorKnowledge ? 'the service does not agree to HTTP/2' : 'the server spoke before it was asked');
    }
    if (!isHttp2) {
      const lane = this.#http1Lane(socket, dialling);
      onBytes = (count) => {
        lane.read(count);
      };
      return lane;
    }
    const lane = this.#http2Lane(socket, dialling);
    onBytes = (count) => {
      lane.read(Uint8Array.from(readBuffer.subarray(0, count)));
    };
    for (const bytes of early) lane.read(bytes);
    await lane.ready();
    return lane;
  }

  close(): void {
    this.#dialer.close();
    this.#turn.stop();
  }

  #http1Lane(socket: Awaited<ReturnType<Dialer['dial']>>, { sinceMs, owner }: Dialling): Http1Lane {
    const { clock, idleMs, limits } = this.#options;
    const idle = {
      idleMs: idleMs ?? HTTP1_IDLE_MS,
      heedsHint: idleMs === null,
      maxExchanges: NO_LIMIT,
      maxAgeMs: NO_LIMIT,
    };
    return new Http1Lane({ ...idle, socket, dialledMs: sinceMs, owner, clock, turn: this.#turn, parser: limits });
  }

  #http2Lane(socket: Awaited<ReturnType<Dialer['dial']>>, { sinceMs, owner, assumedStreams }: Dialling): Http2Lane {
    const { clock, idleMs, limits, url } = this.#options;
    const idle = { idleMs: idleMs ?? IDLE_MS };
    const from = { socket, dialledMs: sinceMs, origin: url.origin };
    return new Http2Lane({ ...from, ...idle, owner, clock, turn: this.#turn, limits, assumedStreams });
  }
}
