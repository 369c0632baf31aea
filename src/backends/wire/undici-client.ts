import { type buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { Clock } from '../../clock.js';
import type { Names } from './addresses.js';
import { type ConnectOptions, hostAndPort, tlsOptions } from './connect-options.js';
import type { Abortable, Sending } from './exchange.js';
import { watchLoopTurns } from './loop-turn.js';
import { basicAuth } from './basic-auth.js';
import { createDialer } from './dialer.js';
import type { HttpRequest } from './http-request.js';
import { observedBody } from './observed-body.js';
import { UndiciExchange } from './undici-exchange.js';
import { type ExchangeOptions, WatchedClient } from './watched-client.js';

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
      const handler = new UndiciExchange(exchangeContext, { collectBody, openBody }, (result) => {
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
