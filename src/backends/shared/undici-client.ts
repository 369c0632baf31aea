import { type buildConnector, Client, type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { Clock } from '../../clock.js';
import type { BodyReader } from './body-reader.js';
import { type Abortable, GIVEN_UP, type Result, type Sending, type WireFailure } from './exchange.js';
import { EXCERPT_BYTES } from './http1-parser.js';
import { watchLoopTurns } from './loop-turn.js';
import { basicAuth } from './basic-auth.js';
import type { HttpRequest } from './http-request.js';
import { codeOf, dialFailure, lossFailure } from './socket-failure.js';

export interface UndiciOptions {
  readonly url: URL;
  readonly insecure: boolean;
  /** At most; null: as many as it takes. */
  readonly connections: number | null;
  readonly http2: boolean;
  /** Null: requests go straight to the service. May hold a password. */
  readonly proxy: URL | null;
  readonly bodyLimitBytes: number;
  readonly idleMs: number | null;
  readonly keepHeaders: readonly string[];
  readonly clock: Clock;
}

/**
 * The same exchanges through undici's pool: for HTTP/2 and proxies, and as a second opinion. It opens connections with the first
 * requests only, and its handshakes are not told apart from waiting. The first byte is sent right after `sentMs`. A reset tells nothing of the
 * socket, so that of a reused connection is `cut` here; a close is told right.
 */
export interface UndiciClient {
  send<C extends Abortable>(request: HttpRequest, sending: Sending<C>, call: C): void;
  connected(): number;
  close(): Promise<void>;
}

const IDLE_MS = 4000;
const MAX_STREAMS = 100;
const SENT_BEFORE = 'it was sent before';

export function createUndiciClient(options: UndiciOptions): UndiciClient {
  const { url, clock } = options;
  const turn = watchLoopTurns(() => clock.now());
  const { dispatcher, pools } = options.proxy === null ? straight(options) : proxied(options, options.proxy);
  // Else requests with a body would not share a connection. It may also send them again, which `onRequestStart` prevents.
  const idempotent = options.http2 ? { idempotent: true } : {};
  const exchangeContext = { clock, keepHeaders: options.keepHeaders, earliestMs: () => turn.earliestMs() };
  return {
    send({ method, path, headers, body }, sending, call) {
      const handler = new ExchangeHandler(exchangeContext, sending, (result) => {
        sending.told(call, result);
      });
      call.onAbort(() => {
        handler.abort();
        return handler;
      });
      const request = { origin: url.origin, method, path, headers: headers.flat(), body };
      dispatcher.dispatch({ ...request, ...idempotent, ...NO_TIMEOUTS }, handler);
    },
    connected: () => pools.reduce((sum, pool) => sum + pool.stats.connected, 0),
    async close() {
      turn.stop();
      await dispatcher.destroy();
    },
  };
}

/** The engine's timeout is the only one. */
const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 };

interface Route {
  readonly dispatcher: Dispatcher;
  /** Whose connections count. */
  readonly pools: readonly Pool[];
}

function straight(options: UndiciOptions): Route {
  const { insecure, http2 } = options;
  const connect = { rejectUnauthorized: !insecure };
  const pool = new Pool(options.url.origin, { ...poolOptions(options), connect, allowH2: http2 });
  return { dispatcher: pool, pools: [pool] };
}

/** https through a tunnel (CONNECT), http in absolute form (RFC 9112, section 3.2.2). */
function proxied(options: UndiciOptions, proxy: URL): Route {
  const { insecure, http2 } = options;
  const pools: Pool[] = [];
  // The types know less than what it passes on to TLS.
  const requestTls: object = { rejectUnauthorized: !insecure, allowH2: http2 };
  const dispatcher = new ProxyAgent({
    uri: proxy.origin,
    ...(proxy.username + proxy.password === '' ? {} : { token: basicAuth(proxy) }),
    proxyTunnel: false,
    requestTls,
    allowH2: http2,
    factory(origin, given) {
      const pool = new Pool(origin, Object.assign({}, given, poolOptions(options)));
      pools.push(pool);
      return pool;
    },
  });
  return { dispatcher, pools };
}

function poolOptions({ connections, http2, bodyLimitBytes, idleMs }: UndiciOptions): Pool.Options {
  return {
    connections,
    pipelining: 1,
    ...(http2 ? { factory: multiplexing } : {}),
    maxConcurrentStreams: MAX_STREAMS,
    keepAliveTimeout: idleMs ?? IDLE_MS,
    maxResponseSize: bodyLimitBytes,
    ...NO_TIMEOUTS,
  };
}

/** Many requests at a time over a connection that speaks HTTP/2, and one where the service would not: it might answer them in turn. */
function multiplexing(origin: URL, options: object): Client {
  const { connect } = options as { readonly connect: buildConnector.connector };
  const client: Client = new Client(origin, {
    ...options,
    pipelining: MAX_STREAMS,
    connect(to, callback) {
      connect(to, (...told) => {
        const [, socket] = told;
        client.pipelining = isHttp2(socket) ? MAX_STREAMS : 1;
        callback(...told);
      });
    },
  });
  return client;
}

/** After a failure there is no socket at all. */
function isHttp2(socket: unknown): boolean {
  return typeof socket === 'object' && socket !== null && 'alpnProtocol' in socket && socket.alpnProtocol === 'h2';
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
      // Another stream's end took the connection with it.
      this.#fail({ failure: 'cut', detail: 'the connection ended under several requests; none is sent again' });
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
