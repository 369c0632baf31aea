import {
  constants,
  createSecureServer,
  createServer,
  type Http2Server,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { RawOptions } from '#src/backends/backend';
import http from '#src/backends/http';
import type { Outcome } from '#src/sample';
import type { Payload } from '#src/trace';
import { asked, type Asked } from '../support/asked.js';
import { call, meaningOf } from '../support/google-backend.js';
import { rawHttp2, type RawPeer } from '../support/raw-http2.js';
import { makeCertificate } from './wire/certificate.js';
import { answer, listen } from './wire/loopback-server.js';
import { eventually, pause, realClock } from './wire/real-clock.js';

const open: { close?(): void | Promise<void> }[] = [];
const certificate = makeCertificate();

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close?.();
});
afterAll(() => certificate?.remove());

/** A service of HTTP/2 without TLS, and what it saw. */
interface Service {
  readonly url: URL;
  readonly port: number;
  readonly sessions: readonly ServerHttp2Session[];
  /** `x-seq` of each request that reached the application, in order. */
  readonly processed: readonly string[];
  /** The most streams at once, of any one session. */
  readonly mostStreams: number;
}

type OnStream = (stream: ServerHttp2Stream, nth: number, session: ServerHttp2Session) => void;

async function serviceOf(onStream: OnStream, settings: Settings = {}): Promise<Service> {
  const server = createServer({ settings });
  const sessions: ServerHttp2Session[] = [];
  const processed: string[] = [];
  const streams = new Map<ServerHttp2Session, number>();
  let mostStreams = 0;
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => undefined);
  });
  server.on('stream', (stream, headers) => {
    const session = stream.session as ServerHttp2Session;
    const count = (by: number): number => {
      const now = (streams.get(session) ?? 0) + by;
      streams.set(session, now);
      return now;
    };
    mostStreams = Math.max(mostStreams, count(1));
    stream.on('close', () => count(-1));
    stream.on('error', () => undefined);
    processed.push(String(headers['x-seq']));
    onStream(stream, processed.length - 1, session);
  });
  const port = await listening(server, sessions);
  return {
    url: new URL(`http://127.0.0.1:${String(port)}/`),
    port,
    sessions,
    processed,
    get mostStreams() {
      return mostStreams;
    },
  };
}

async function listening(server: Http2Server, sessions: readonly Http2Session[]): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  });
  return (server.address() as AddressInfo).port;
}

async function backendFor(url: URL, raw: RawOptions = {}, payloads: readonly Payload[] = []): Promise<Asked> {
  const usual = { url: url.href, http2: 'prior-knowledge', header: ['x-seq: {seq}'] };
  const options = http.parseOptions({ ...usual, ...raw });
  const context = { clock: realClock(), payloads, worker: 0, workers: 1, runId: 'run-1', seed: 1, virtual: false };
  const backend = asked(await http.create(options, context));
  open.push(backend);
  return backend;
}

function kept<T extends { close?(): void | Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

function all(backend: Asked, requests: number): Promise<Outcome[]> {
  return Promise.all(Array.from({ length: requests }, (_, seq) => backend.invoke(call({ seq }))));
}

const numbers = (length: number): string[] => Array.from({ length }, (_, seq) => String(seq));
const sorted = (texts: readonly string[]): string[] => [...texts].sort((a, b) => Number(a) - Number(b));
const ok = (stream: ServerHttp2Stream): void => {
  if (stream.destroyed || stream.closed) return;
  stream.respond({ ':status': 200 });
  stream.end('ok');
};
const bytes = (length: number): Payload => ({
  kind: 'bytes',
  contentType: 'application/octet-stream',
  bytes: Buffer.alloc(length, 7),
});

function expectOrder({ sentMs = NaN, doneEarliestMs = NaN, doneMs = NaN }: Outcome): void {
  expect(sentMs).toBeGreaterThan(0);
  expect(doneEarliestMs).toBeGreaterThanOrEqual(sentMs);
  expect(doneMs).toBeGreaterThanOrEqual(doneEarliestMs);
}

describe('a connection', () => {
  it('carries many requests at once, with and without bodies', async () => {
    const streams: ServerHttp2Stream[] = [];
    const service = await serviceOf((stream) => {
      // None is answered before all have come.
      if (streams.push(stream) === 90) streams.forEach(ok);
    });
    const backend = await backendFor(service.url, {}, [bytes(10)]);
    const outcomes = await all(backend, 90);
    expect(outcomes.map(meaningOf)).toEqual(Array.from({ length: 90 }, () => 'ok'));
    outcomes.forEach(expectOrder);
    expect(service.sessions).toHaveLength(1);
    expect(backend.facts?.()).toMatchObject({ connectionsOpened: 1, mostRequestsOnOneConnection: 90 });
  });

  it('shows what opening it took as the handshake of the requests that waited for it', async () => {
    const service = await serviceOf(ok);
    const backend = await backendFor(service.url);
    const first = await all(backend, 5);
    const second = await all(backend, 5);
    for (const { handshakeMs } of first) expect(handshakeMs).toBeGreaterThan(0);
    for (const { handshakeMs } of second) expect(handshakeMs).toBeUndefined();
  });

  it('stamps a request as its frame leaves', async () => {
    const arrivals: number[] = [];
    const service = await serviceOf((stream) => {
      arrivals.push(performance.now());
      ok(stream);
    });
    const originMs = performance.now();
    const backend = await backendFor(service.url);
    const made = performance.now() - originMs;
    for (let seq = 0; seq < 20; seq++) {
      const handed = performance.now() - originMs;
      const { sentMs = NaN } = await backend.invoke(call({ seq }));
      // The clock of the backend began within `made` of ours.
      expect(sentMs).toBeGreaterThanOrEqual(handed - made);
      expect(sentMs).toBeLessThanOrEqual((arrivals[seq] as number) - originMs);
    }
  });

  it('informs the service of a request that is given up, and goes on', async () => {
    let code: number | undefined;
    const service = await serviceOf((stream, nth) => {
      if (nth > 0) ok(stream);
      else stream.on('close', () => (code = stream.rstCode));
    });
    const backend = await backendFor(service.url);
    const given = call();
    const hanging = backend.invoke(given);
    await eventually(() => service.processed.length === 1);
    given.abort();
    expect(meaningOf(await hanging)).toBe('aborted');
    await eventually(() => code === constants.NGHTTP2_CANCEL);
    expect(meaningOf(await backend.invoke(call()))).toBe('ok');
    expect(service.sessions).toHaveLength(1);
  });

  it('answers a PING', async () => {
    const service = await serviceOf((stream, _nth, session) => {
      session.ping((error) => {
        if (error === null) ok(stream);
      });
    });
    expect(meaningOf(await (await backendFor(service.url)).invoke(call()))).toBe('ok');
  });

  it('takes and gives large bodies, whose windows are exhausted many times', async () => {
    const size = 5 * 2 ** 20;
    const service = await serviceOf((stream) => {
      let taken = 0;
      stream.on('data', (chunk: Buffer) => (taken += chunk.length));
      stream.on('end', () => {
        stream.respond({ ':status': 200, 'content-length': taken });
        stream.end(Buffer.alloc(taken, 1));
      });
    });
    const seen: number[] = [];
    const options = http.parseOptions({ url: service.url.href, http2: 'prior-knowledge' });
    const context = { clock: realClock(), payloads: [bytes(size)], worker: 0, workers: 1, runId: 'r', seed: 1 };
    const onAnswer = ({ bodyBytes }: { bodyBytes: number }): number => seen.push(bodyBytes);
    const backend = asked(await http.create(options, { ...context, virtual: false, onAnswer }));
    open.push(backend);
    const outcomes = await all(backend, 6);
    expect(outcomes.map(meaningOf)).toEqual(Array.from({ length: 6 }, () => 'ok'));
    expect(seen).toEqual(Array.from({ length: 6 }, () => size));
  });

  it('is closed when idle for long', async () => {
    const service = await serviceOf(ok);
    const backend = await backendFor(service.url, { idle: '150ms' });
    await backend.invoke(call());
    await eventually(() => service.sessions[0]?.destroyed === true);
    expect(meaningOf(await backend.invoke(call()))).toBe('ok');
    expect(service.sessions).toHaveLength(2);
  });
});

describe('the number of streams that the service allows', () => {
  const DELAY_MS = 60;
  const slow: OnStream = (stream) => {
    setTimeout(() => {
      ok(stream);
    }, DELAY_MS);
  };

  it('opens further connections as they are needed, and no request waits for another', async () => {
    const service = await serviceOf(slow, { maxConcurrentStreams: 5 });
    const backend = await backendFor(service.url);
    await backend.invoke(call());
    const outcomes = await all(backend, 20);
    expect(outcomes.map(meaningOf)).toEqual(Array.from({ length: 20 }, () => 'ok'));
    expect(service.sessions).toHaveLength(4);
    expect(service.mostStreams).toBe(5);
    // The fifth round would take five times as long.
    for (const { sentMs = NaN, doneMs = NaN } of outcomes) expect(doneMs - sentMs).toBeLessThan(4 * DELAY_MS);
  });

  it('is kept where it comes after a burst of requests: what was refused is sent again', async () => {
    const service = await serviceOf(slow, { maxConcurrentStreams: 5 });
    const backend = await backendFor(service.url);
    const outcomes = await all(backend, 20);
    expect(outcomes.map(meaningOf)).toEqual(Array.from({ length: 20 }, () => 'ok'));
    expect(service.mostStreams).toBe(5);
    expect(sorted(service.processed)).toEqual(numbers(20));
  });

  it.each([1, 3, 10])(
    'with --connections %i there are exactly so many, and waiting for one is told apart',
    async (n) => {
      const service = await serviceOf(slow, { maxConcurrentStreams: 2 });
      const backend = await backendFor(service.url, { connections: String(n) });
      await backend.prepare?.(new AbortController().signal);
      await eventually(() => service.sessions.length === n);
      const outcomes = await all(backend, 4 * n);
      expect(outcomes.map(meaningOf)).toEqual(Array.from({ length: 4 * n }, () => 'ok'));
      expect(service.sessions).toHaveLength(n);
      expect(service.mostStreams).toBe(2);
      // The second half waits for the first.
      const waits = outcomes.map(({ sentMs = NaN }) => sentMs).sort((a, b) => a - b);
      expect((waits[2 * n] as number) - (waits[2 * n - 1] as number)).toBeGreaterThan(DELAY_MS / 2);
      for (const { handshakeMs } of outcomes) expect(handshakeMs).toBeUndefined();
    },
  );

  it('--connections share the requests', async () => {
    const service = await serviceOf((stream, _nth, session) => {
      perSession.set(session, (perSession.get(session) ?? 0) + 1);
      ok(stream);
    });
    const perSession = new Map<ServerHttp2Session, number>();
    const backend = await backendFor(service.url, { connections: '4' });
    await backend.prepare?.(new AbortController().signal);
    for (let seq = 0; seq < 20; seq++) await backend.invoke(call({ seq }));
    expect([...perSession.values()]).toEqual([5, 5, 5, 5]);
  });

  it('is followed when it changes', async () => {
    const service = await serviceOf(slow, { maxConcurrentStreams: 50 });
    const backend = await backendFor(service.url, { connections: '1' });
    await backend.invoke(call());
    const [session] = service.sessions;
    for (const maxConcurrentStreams of [1, 8]) {
      session?.settings({ maxConcurrentStreams });
      await pause(50);
      const before = performance.now();
      expect((await all(backend, 8)).map(meaningOf)).toEqual(Array.from({ length: 8 }, () => 'ok'));
      const rounds = (performance.now() - before) / DELAY_MS;
      if (maxConcurrentStreams === 1) expect(rounds).toBeGreaterThan(7.5);
      else expect(rounds).toBeLessThan(6);
    }
  });

  it('of none at all makes a request wait, not open connections for ever', async () => {
    const service = await serviceOf(ok, { maxConcurrentStreams: 0 });
    const backend = await backendFor(service.url);
    const [first, second] = [call(), call({ seq: 1 })];
    const waiting = [backend.invoke(first), backend.invoke(second)];
    await pause(150);
    first.abort();
    second.abort();
    expect((await Promise.all(waiting)).map(meaningOf)).toEqual(expect.arrayContaining(['aborted']));
    expect(service.sessions.length).toBeLessThan(8);
    expect(service.processed).toEqual([]);
  });

  it('may come late', async () => {
    const service = await serviceOf(ok, { maxConcurrentStreams: 3 });
    const relay = await delayedBy(100, service.port);
    const backend = await backendFor(relay);
    const outcomes = await all(backend, 30);
    expect(outcomes.map(meaningOf)).toEqual(Array.from({ length: 30 }, () => 'ok'));
    expect(sorted(service.processed)).toEqual(numbers(30));
  });
});

describe('when the service goes away', () => {
  it('requests up to the last stream of its GOAWAY are answered, those above it are sent again, each processed once', async () => {
    const answered: string[] = [];
    const service = await serviceOf((stream, nth, session) => {
      // The application takes ten streams of each connection.
      const mine = (taken.get(session) ?? 0) + 1;
      taken.set(session, mine);
      if (mine > 10) return;
      if (mine === 10) session.goaway(0, stream.id);
      setTimeout(() => {
        answered.push(String(service.processed[nth]));
        ok(stream);
      }, 30);
    });
    const taken = new Map<ServerHttp2Session, number>();
    const outcomes = await all(await backendFor(service.url), 35);
    expect(outcomes.map(meaningOf)).toEqual(Array.from({ length: 35 }, () => 'ok'));
    outcomes.forEach(expectOrder);
    expect(sorted(answered)).toEqual(numbers(35));
    expect(service.sessions).toHaveLength(4);
  });

  it('for an error, requests that it may have processed fail by its name, and are not sent again', async () => {
    const service = await serviceOf((stream, nth, session) => {
      if (nth === 9) session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, stream.id);
      if (nth >= 20) ok(stream);
    });
    const outcomes = await all(await backendFor(service.url), 20);
    const failed = outcomes.filter(({ ok: isOk }) => !isOk);
    expect(failed).toHaveLength(10);
    for (const outcome of failed) {
      expect(meaningOf(outcome)).toBe('throttled');
      expect(outcome.ok ? '' : outcome.detail).toContain('ENHANCE_YOUR_CALM');
      expectOrder(outcome);
    }
    expect(service.sessions).toHaveLength(2);
  });

  it('every ten requests, all are answered', async () => {
    const counts = new Map<ServerHttp2Session, number>();
    const service = await serviceOf((stream, _nth, session) => {
      const nth = (counts.get(session) ?? 0) + 1;
      counts.set(session, nth);
      if (nth === 10) session.goaway(0, stream.id);
      if (nth <= 10) setTimeout(ok, 3, stream);
    });
    const backend = await backendFor(service.url);
    const outcomes: Promise<Outcome>[] = [];
    for (let seq = 0; seq < 100; seq++) {
      outcomes.push(backend.invoke(call({ seq })));
      await pause(1);
    }
    expect((await Promise.all(outcomes)).map(meaningOf)).toEqual(Array.from({ length: 100 }, () => 'ok'));
  });

  it('and closes the connection, all requests of a burst are answered: what came whole before the end is read', async () => {
    const counts = new Map<ServerHttp2Session, number>();
    const service = await serviceOf((stream, _nth, session) => {
      const nth = (counts.get(session) ?? 0) + 1;
      counts.set(session, nth);
      setTimeout(() => {
        if (!stream.destroyed) ok(stream);
      }, 3);
      if (nth === 10) session.close();
    });
    const backend = await backendFor(service.url);
    for (let burst = 0; burst < 5; burst++) {
      const outcomes = await Promise.all(Array.from({ length: 40 }, (_, seq) => backend.invoke(call({ seq }))));
      expect(outcomes.map(meaningOf)).toEqual(Array.from({ length: 40 }, () => 'ok'));
    }
  });

  it('at once on every connection, a request fails after a number of tries', async () => {
    let requests = 0;
    const server = kept(
      await rawHttp2((peer) => {
        requests++;
        peer.goAway(0, 0);
      }),
    );
    const outcome = await (await backendFor(server.url)).invoke(call());
    expect(outcome).toMatchObject({ ok: false, failure: 'server-error', detail: expect.stringContaining('GOAWAY') });
    expect(requests).toBe(10);
  });

  it.each<[string, (socket: Socket) => unknown, RegExp]>([
    ['closes', (socket) => socket.end(), /^closed by the server on a fresh connection/],
    ['resets', (socket) => socket.resetAndDestroy(), /(ECONNRESET|EPIPE|closed by the server) on a fresh connection/],
  ])('and %s its connection without a word, none of its requests is sent again', async (_how, end, detail) => {
    let requests = 0;
    const server = kept(
      await rawHttp2(({ socket }, _stream, nth) => {
        requests++;
        if (nth === 29) end(socket);
      }),
    );
    const outcomes = await all(await backendFor(server.url), 30);
    for (const outcome of outcomes) {
      expect(meaningOf(outcome)).toBe('cut');
      expect(outcome.ok ? '' : outcome.detail).toMatch(detail);
      expectOrder(outcome);
    }
    expect(requests).toBe(30);
  });
});

describe('an answer', () => {
  it.each([
    ['NO_ERROR', 'cut'],
    ['CANCEL', 'cut'],
    ['INTERNAL_ERROR', 'cut'],
    ['ENHANCE_YOUR_CALM', 'throttled'],
    ['HTTP_1_1_REQUIRED', 'rejected'],
    ['REFUSED_STREAM', 'server-error'],
  ])('that a reset with %s cuts half-way is a failure', async (name, meaning) => {
    let requests = 0;
    const code = constants[`NGHTTP2_${name}` as 'NGHTTP2_CANCEL'];
    const server = kept(
      await rawHttp2((peer, stream) => {
        requests++;
        peer.headers(stream);
        if (requests !== 2) peer.data(stream, 'half');
        peer.reset(stream, code);
      }),
    );
    const backend = await backendFor(server.url);
    for (const length of ['4 bytes', '1 byte', '4 bytes']) {
      const outcome = await backend.invoke(call());
      expect(meaningOf(outcome)).toBe(meaning);
      expect(outcome.ok ? '' : outcome.detail).toContain(`${name} after ${length} of the answer`);
    }
    expect(requests).toBe(3);
  });

  it.each(['NO_ERROR', 'CANCEL', 'INTERNAL_ERROR', 'PROTOCOL_ERROR'])(
    'that never begins before a reset with %s is a failure',
    async (name) => {
      let requests = 0;
      const code = constants[`NGHTTP2_${name}` as 'NGHTTP2_CANCEL'];
      const server = kept(
        await rawHttp2((peer, stream) => {
          requests++;
          peer.reset(stream, code);
        }),
      );
      const outcome = await (await backendFor(server.url)).invoke(call());
      expect(outcome).toMatchObject({ ok: false, failure: 'cut', detail: expect.stringContaining(name) });
      expect(requests).toBe(1);
    },
  );

  it('that is whole counts, whatever the code of a reset behind it', async () => {
    const server = kept(
      await rawHttp2((peer, stream, nth) => {
        peer.headers(stream, { end: nth % 2 === 0 });
        if (nth % 2 === 1) peer.data(stream, 'whole', true);
        peer.reset(stream, nth);
      }),
    );
    const backend = await backendFor(server.url, {}, [bytes(2 ** 20)]);
    for (let code = 0; code < 14; code++) expect(meaningOf(await backend.invoke(call()))).toBe('ok');
  });

  it.each([
    [
      'a length it does not have',
      (peer: RawPeer, stream: number) => peer.headers(stream, { fields: { 'content-length': '9' } }),
    ],
    ['a malformed field', (peer: RawPeer, stream: number) => peer.headers(stream, { fields: { 'Upper-Case': 'x' } })],
  ])('with %s is a bad answer', async (_what, begin) => {
    const server = kept(
      await rawHttp2((peer, stream) => {
        begin(peer, stream);
        peer.data(stream, 'half', true);
      }),
    );
    const outcome = await (await backendFor(server.url)).invoke(call());
    expect(outcome).toMatchObject({ ok: false, failure: 'bad-answer', detail: expect.stringContaining('HTTP/2') });
  });

  it('of REFUSED_STREAM is asked for again, and is a failure in the end', async () => {
    const refuse = (stream: ServerHttp2Stream): void => {
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
    };
    const once = await serviceOf((stream, nth) => {
      if (nth === 0) refuse(stream);
      else ok(stream);
    });
    const answered = await (await backendFor(once.url)).invoke(call());
    expect(meaningOf(answered)).toBe('ok');
    expectOrder(answered);
    const always = await serviceOf(refuse);
    const outcome = await (await backendFor(always.url)).invoke(call());
    expect(outcome).toMatchObject({ ok: false, failure: 'server-error', detail: expect.stringContaining('REFUSED') });
    expect(always.processed).toHaveLength(3);
  });

  it('that comes whole before the request has left counts, and later requests go on', async () => {
    const service = await serviceOf((stream) => {
      ok(stream);
      stream.close(constants.NGHTTP2_NO_ERROR);
    });
    const backend = await backendFor(service.url, {}, [bytes(2 ** 20)]);
    for (let round = 0; round < 4; round++)
      expect((await all(backend, 16)).map(meaningOf)).toEqual(Array.from({ length: 16 }, () => 'ok'));
    expect(service.processed).toHaveLength(64);
  });

  it('above the limit is a bad answer, and ends', async () => {
    const service = await serviceOf(ok);
    const backend = await backendFor(service.url, { 'body-limit': '1' });
    expect(meaningOf(await backend.invoke(call()))).toBe('bad-answer');
  });

  it.each([
    [500, 'server-error'],
    [429, 'throttled'],
    [301, 'bad-answer'],
  ])('with status %i means %s, and shows its beginning', async (status, meaning) => {
    const service = await serviceOf((stream) => {
      stream.respond({ ':status': status, location: '/elsewhere' });
      stream.end('why');
    });
    const outcome = await (await backendFor(service.url)).invoke(call());
    expect(meaningOf(outcome)).toBe(meaning);
    expect(outcome.ok ? '' : outcome.detail).toContain('why');
  });

  it('to HEAD has no body, one may have trailers, and interim answers do not count', async () => {
    const service = await serviceOf((stream) => {
      stream.additionalHeaders({ ':status': 103 });
      stream.respond({ ':status': 200, 'content-length': 2 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'x-sum': '1' });
      });
      stream.end('ok');
    });
    for (const method of ['HEAD', 'GET', 'DELETE'])
      expect(meaningOf(await (await backendFor(service.url, { method })).invoke(call()))).toBe('ok');
  });
});

describe('what is sent', () => {
  it('has the fields of the user and of the client, with {seq} filled in', async () => {
    const heads: Record<string, unknown>[] = [];
    const server = createServer((request, response) => {
      heads.push(request.headers);
      request.resume();
      response.end();
    });
    const port = await listening(server, []);
    const header = ['X-Id: {run}/{seq}', 'Host: other.example', 'X-Twice: a', 'x-twice: b'];
    const url = new URL(`http://us:er@127.0.0.1:${String(port)}/a?b={seq}`);
    const backend = await backendFor(url, { header }, [bytes(3)]);
    await backend.invoke(call({ seq: 7 }));
    expect(heads[0]).toMatchObject({
      ':method': 'POST',
      ':scheme': 'http',
      ':authority': 'other.example',
      ':path': '/a?b=7',
      'x-id': 'run-1/7',
      'x-twice': 'a, b',
      'user-agent': 'replay',
      'content-type': 'application/octet-stream',
      'content-length': '3',
      authorization: `Basic ${Buffer.from('us:er').toString('base64')}`,
    });
  });
});

describe('a service that does not speak HTTP/2', () => {
  it('is a bad answer where it is taken for granted', async () => {
    const server = await listen((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'));
    });
    open.push(server);
    const outcome = await (await backendFor(server.url)).invoke(call());
    expect(outcome).toMatchObject({ ok: false, failure: 'bad-answer', detail: expect.stringContaining('HTTP/2') });
  });

  it('or not at all', async () => {
    const server = await listen(() => undefined);
    await server.close();
    expect(meaningOf(await (await backendFor(server.url)).invoke(call()))).toBe('unreachable');
  });
});

describe.skipIf(certificate === undefined)('in TLS', () => {
  const { key = '', cert = '' } = certificate ?? {};

  it('both agree to HTTP/2', async () => {
    const server = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
      response.end(request.httpVersion);
    });
    const url = new URL(`https://localhost:${String(await listening(server, []))}/`);
    for (const [http2, version] of [
      ['true', '2.0'],
      ['prior-knowledge', '2.0'],
      ['false', '1.1'],
    ] as const) {
      const backend = await backendFor(url, { http2, insecure: 'true', expect: `body~${version}` });
      const outcome = await backend.invoke(call());
      expect(meaningOf(outcome)).toBe('ok');
      expect(outcome.handshakeMs).toBeGreaterThan(0);
      expectOrder(outcome);
    }
  });

  it('where the service does not, a connection carries one request at a time', async () => {
    let [busy, most] = [0, 0];
    const sockets = new Set<unknown>();
    const server = createTlsServer({ key, cert, ALPNProtocols: ['http/1.1'] }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        most = Math.max(most, (busy += chunk.toString().split('GET /').length - 1));
        setTimeout(() => {
          for (; busy > 0; busy--) socket.write(answer('ok'));
        }, 2);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => void server.close() });
    const url = new URL(`https://localhost:${String((server.address() as AddressInfo).port)}/`);
    const one = await backendFor(url, { http2: 'true', insecure: 'true', connections: '1' });
    expect((await all(one, 10)).map(meaningOf)).toEqual(Array.from({ length: 10 }, () => 'ok'));
    expect([most, sockets.size]).toEqual([1, 1]);
    expect(one.facts?.()).toMatchObject({ client: 'lean, HTTP/1.1' });
    const required = await backendFor(url, { http2: 'prior-knowledge', insecure: 'true' });
    expect(meaningOf(await required.invoke(call()))).toBe('unreachable');
  });

  it('a certificate that no authority vouches for is refused', async () => {
    const url = new URL(`https://localhost:${String(await listening(createSecureServer({ key, cert }), []))}/`);
    const outcome = await (await backendFor(url, { http2: 'true' })).invoke(call());
    expect(outcome).toMatchObject({ ok: false, failure: 'unreachable', detail: expect.stringMatching(/self.signed/i) });
  });
});

/** The same service, whose bytes come so much later. */
async function delayedBy(ms: number, port: number): Promise<URL> {
  const server = createTcpServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk) => setTimeout(() => near.write(chunk), ms));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => void server.close() });
  return new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
}
