import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { Clock } from '../../clock.js';
import type { Names } from './addresses.js';
import type { BodyReader } from './body-reader.js';
import { type ConnectOptions, hostAndPort, tlsOptions } from './connect-options.js';
import { type Abortable, GIVEN_UP, type Result, type Sending, type WireFailure } from './exchange.js';
import { EXCERPT_BYTES } from './http1-parser.js';
import { watchLoopTurns } from './loop-turn.js';
import { basicAuth } from './basic-auth.js';
import { createDialer } from './dialer.js';
import type { HttpRequest } from './http-request.js';
import { observedBody } from './observed-body.js';
import { codeOf, dialFailure, lossFailure } from './socket-failure.js';
import { RESET, wasReset } from './was-reset.js';

export interface UndiciOptions {
  readonly url: URL;
  readonly connect: ConnectOptions;
  /** At most; null: as many as it takes. */
  readonly connections: number | null;
  /** Null: requests go straight to the service. May hold a password. */
  readonly proxy: URL | null;
  readonly bodyLimitBytes: number;
  readonly idleMs: number | null;
  readonly keepHeaders: readonly string[];
  readonly clock: Clock;
  /** Absent: the system and its name server. */
  readonly names?: Names;
}

/**
 * The same exchanges through undici's pool: for proxies, and as a second opinion on HTTP/1.1. It opens connections with the first
 * requests only, and its handshakes are not distinguished from waiting. The first byte is sent right after `sentMs`. A reset says nothing of the
 * socket, so that of a reused connection is `cut` here; a close is reported right.
 */
export interface UndiciClient {
  send<C extends Abortable>(request: HttpRequest, sending: Sending<C>, call: C): void;
  connected(): number;
  close(): Promise<void>;
}

const IDLE_MS = 4000;
const SENT_BEFORE = 'it was sent before';

export function createUndiciClient(options: UndiciOptions): UndiciClient {
  const { url, clock } = options;
  const turn = watchLoopTurns(() => clock.now());
  const route = options.proxy === null ? straight(options) : proxied(options, options.proxy);
  const exchangeContext = { clock, keepHeaders: options.keepHeaders, earliestMs: () => turn.earliestMs() };
  return {
    send({ method, path, headers, body }, sending, call) {
      const { collectBody, piece } = sending;
      const openBody =
        piece === undefined
          ? sending.openBody
          : observedBody(sending.openBody, (bytes) => {
              piece(call, bytes, clock.now());
            });
      const handler = new ExchangeHandler(exchangeContext, { collectBody, openBody }, (result) => {
        sending.told(call, result);
      });
      call.onAbort(() => {
        handler.abort();
        return handler;
      });
      const request = { origin: url.origin, method, path, headers: headers.flat(), body };
      const exchangeOptions: ExchangeOptions = { ...request, ...NO_TIMEOUTS, exchange: handler };
      route.dispatcher.dispatch(exchangeOptions, handler);
    },
    connected: () => route.pools.reduce((sum, pool) => sum + pool.stats.connected, 0),
    async close() {
      turn.stop();
      route.close();
      await route.dispatcher.destroy();
    },
  };
}

/** The engine's timeout is the only one. */
const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 };

interface Route {
  readonly dispatcher: Dispatcher;
  /** Whose connections count. */
  readonly pools: readonly Pool[];
  close(): void;
}

function straight(options: UndiciOptions): Route {
  const dialer = createDialer(options.url, options.connect, options.clock, options.names);
  const connect: buildConnector.connector = (_to, callback) => {
    dialer.dialForEvents(new AbortController().signal).then(
      (socket) => {
        callback(null, socket);
      },
      (thrown: unknown) => {
        callback(thrown as Error, null);
      },
    );
  };
  const pool = new Pool(options.url.origin, { ...poolOptions(options), connect });
  const close = (): void => {
    dialer.close();
  };
  return { dispatcher: pool, pools: [pool], close };
}

/** https through a tunnel (CONNECT), http in absolute form (RFC 9112, section 3.2.2). */
function proxied(options: UndiciOptions, proxy: URL): Route {
  const pools: Pool[] = [];
  // The types know less than what it passes on to TLS.
  const requestTls: object = { ...tlsOptions(options.connect, hostAndPort(options.url).host), allowH2: false };
  const dispatcher = new ProxyAgent({
    uri: proxy.origin,
    ...(proxy.username + proxy.password === '' ? {} : { token: basicAuth(proxy) }),
    proxyTunnel: false,
    requestTls,
    allowH2: false,
    factory(origin, given) {
      const pool = new Pool(origin, Object.assign({}, given, poolOptions(options)));
      pools.push(pool);
      return pool;
    },
  });
  return { dispatcher, pools, close: () => undefined };
}

function poolOptions({ connections, bodyLimitBytes, idleMs }: UndiciOptions): Pool.Options {
  return {
    connections,
    pipelining: 1,
    factory: (origin, options) => new WatchedClient(origin, options),
    allowH2: false,
    keepAliveTimeout: idleMs ?? IDLE_MS,
    maxResponseSize: bodyLimitBytes,
    ...NO_TIMEOUTS,
  };
}

interface ExchangeOptions extends Dispatcher.DispatchOptions {
  readonly exchange?: ExchangeHandler;
}

/** One connection at a time, whose end is seen: undici takes a body without a length that a reset cut short for a whole one. */
class WatchedClient extends Client {
  #socket: Socket | undefined;
  #failure: unknown;

  constructor(origin: URL, options: Client.Options) {
    const connect = options.connect as buildConnector.connector;
    super(origin, {
      ...options,
      connect: (to, callback) => {
        connect(to, (...told) => {
          const [, socket] = told;
          if (socket !== null) this.#watch(socket);
          callback(...told);
        });
      },
    });
  }

  override dispatch(options: ExchangeOptions, handler: Dispatcher.DispatchHandler): boolean {
    // The handler is a wrapper of undici's by now; the options are passed on.
    if (options.exchange !== undefined) options.exchange.client = this;
    return super.dispatch(options, handler);
  }

  /** What ended the connection under an answer; undefined: nothing did. */
  get failure(): unknown {
    return this.#failure ?? (this.#socket?.readableEnded === true && wasReset(this.#socket) ? RESET : undefined);
  }

  /** A request that is still being written when its answer is complete would be followed by the next one's bytes. */
  endIfWriting(): void {
    if ((this.#socket?.writableLength ?? 0) > 0) this.#socket?.destroy();
  }

  #watch(socket: Socket): void {
    this.#socket = socket;
    this.#failure = undefined;
    // Before undici's own listener, which reports the end of the answer.
    socket.prependListener('error', (error) => {
      this.#failure = error;
    });
  }
}

interface ExchangeContext {
  readonly clock: Clock;
  readonly keepHeaders: readonly string[];
  readonly earliestMs: () => number;
}

/** How bodies are read. */
type Reading = Pick<Sending, 'collectBody' | 'openBody'>;

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #context: ExchangeContext;
  readonly #reading: Reading;
  #tell: (result: Result) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #aborted = false;
  /** The connection that carries it. */
  client: WatchedClient | undefined;
  /** When its bytes were handed to a connection. */
  sentMs = NaN;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};
  #chunks: Uint8Array[] = [];
  #held = 0;
  #bodyBytes = 0;
  #reader: BodyReader | undefined;

  constructor(context: ExchangeContext, reading: Reading, tell: (result: Result) => void) {
    this.#context = context;
    this.#reading = reading;
    this.#tell = tell;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort(new Error(GIVEN_UP.detail));
    // Settled now: a request that waits for a connection is only taken from the queue when its turn comes.
    this.#fail(GIVEN_UP);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (!Number.isNaN(this.sentMs)) {
      this.#fail({ failure: 'cut', detail: 'the connection ended; the request is not sent again' });
      controller.abort(new Error(SENT_BEFORE));
      return;
    }
    this.sentMs = this.#context.clock.now();
    if (this.#aborted) controller.abort(new Error(GIVEN_UP.detail));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = status;
    const kept = this.#context.keepHeaders.filter((name) => headers[name] !== undefined);
    if (kept.length > 0) this.#headers = Object.fromEntries(kept.map((name) => [name, String(headers[name])]));
    this.#reader = this.#reading.openBody?.(status, this.#headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bodyBytes += chunk.length;
    this.#reader?.take(chunk, 0, chunk.length);
    const isSuccess = this.#status >= 200 && this.#status < 300;
    const room = this.#reading.collectBody ? chunk.length : isSuccess ? 0 : Math.max(0, EXCERPT_BYTES - this.#held);
    if (room === 0) return;
    const piece = Uint8Array.from(chunk.subarray(0, room));
    this.#chunks.push(piece);
    this.#held += piece.length;
  }

  onResponseEnd(): void {
    const error = this.client?.failure;
    if (error !== undefined) {
      this.#fail(lossFailure(error, { reused: true, answerBytes: Math.max(1, this.#bodyBytes) }));
      return;
    }
    this.client?.endIfWriting();
    const doneMs = this.#context.clock.now();
    const { sentMs, doneEarliestMs } = { sentMs: this.sentMs, doneEarliestMs: this.#earliestMs(doneMs) };
    const body = Buffer.concat(this.#chunks);
    const rest = { status: this.#status, headers: this.#headers, bodyBytes: this.#bodyBytes, reader: this.#reader };
    this.#settle({ kind: 'answer', ...rest, body, sentMs, doneMs, doneEarliestMs, handshakeMs: NaN });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#fail(this.#aborted ? GIVEN_UP : this.#meaningOf(error));
  }

  #fail({ failure, detail }: Pick<WireFailure, 'failure' | 'detail'>): void {
    const doneMs = this.#context.clock.now();
    const doneEarliestMs = this.#earliestMs(doneMs);
    this.#settle({ kind: 'failure', failure, detail, sentMs: this.sentMs, doneMs, doneEarliestMs, handshakeMs: NaN });
  }

  /** Once: what undici says of a request that was given up comes later. */
  #settle(result: Result): void {
    const tell = this.#tell;
    this.#tell = () => undefined;
    tell(result);
  }

  #earliestMs(doneMs: number): number {
    const earliestMs = this.#context.earliestMs();
    return earliestMs <= doneMs && earliestMs >= this.sentMs ? earliestMs : this.sentMs;
  }

  #meaningOf(error: Error): Pick<WireFailure, 'failure' | 'detail'> {
    if (Number.isNaN(this.sentMs)) return dialFailure(error);
    if (isBadAnswer(error)) return { failure: 'bad-answer', detail: dialFailure(error).detail };
    const answerBytes = this.#status === 0 ? 0 : Math.max(1, this.#bodyBytes);
    return lossFailure(error, { reused: bytesRead(error) > 0, answerBytes });
  }
}

const BAD_ANSWERS = [
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_HEADERS_OVERFLOW',
];

/** Its parser's errors have a name and no code; a 100 that was not asked for is a socket error with this text. */
function isBadAnswer(error: Error): boolean {
  return error.name === 'HTTPParserError' || error.message === 'bad response' || BAD_ANSWERS.includes(codeOf(error));
}

/** undici's own errors carry what their socket had read. */
function bytesRead(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('socket' in error)) return 0;
  const { socket } = error;
  if (typeof socket !== 'object' || socket === null || !('bytesRead' in socket)) return 0;
  return typeof socket.bytesRead === 'number' ? socket.bytesRead : 0;
}
