import { execFile } from 'node:child_process';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { BackendContext, RawOptions } from '#src/backends/backend';
import http from '#src/backends/http';
import { UserError } from '#src/errors';
import type { Outcome } from '#src/sample';
import type { Payload } from '#src/trace';
import { makeCertificate } from './wire/certificate.js';
import { answer, listen, serve, type LoopbackServer } from './wire/loopback-server.js';
import { asked, type Asked } from '../support/asked.js';
import { call, meaningOf } from '../support/google-backend.js';
import { eventually, realClock } from './wire/real-clock.js';

const JSON_PAYLOAD: Payload = { kind: 'bytes', contentType: 'application/json', bytes: Buffer.from('{"a":[1,2]}') };
const BINARY_PAYLOAD: Payload = {
  kind: 'bytes',
  contentType: 'application/octet-stream',
  bytes: Buffer.from([0, 13, 10, 255]),
};

const open: { close?(): void | Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close?.();
});

describe.each(['lean', 'undici'] as const)('with client=%s', (client) => {
  it('sends each payload as it is, with its type', async () => {
    const server = kept(await serve((socket) => socket.write(answer('ok'))));
    const backend = await backendFor(server, { client, connections: '1' }, [JSON_PAYLOAD, BINARY_PAYLOAD]);
    for (const payload of [0, 1, 0]) expect(await backend.invoke(call({ payload }))).toMatchObject({ ok: true });
    const requests = server.received.join('').split('POST ').slice(1);
    expect(requests.map((text) => text.slice(text.indexOf('\r\n\r\n') + 4))).toEqual([
      '{"a":[1,2]}',
      '\0\r\n\xff',
      '{"a":[1,2]}',
    ]);
    expect(requests.map((text) => /content-type: (.*)\r/i.exec(text)?.[1])).toEqual([
      'application/json',
      'application/octet-stream',
      'application/json',
    ]);
  });

  it('sends a GET where there is no payload', async () => {
    const server = kept(await serve((socket) => socket.write(answer('ok'))));
    const backend = await backendFor(server, { client, url: `${server.url.href}a/b?c=d%20e` }, []);
    expect((await backend.invoke(call())).ok).toBe(true);
    expect(server.received[0]).toMatch(/^GET \/a\/b\?c=d%20e HTTP\/1\.1\r\n/);
  });

  it('fills in {seq} and {run}', async () => {
    const server = kept(await serve((socket) => socket.write(answer('ok'))));
    const backend = await backendFor(server, {
      client,
      connections: '1',
      header: ['x-id: {run}/{seq}/{seq}', 'x-other: {{other}} {{seq}}'],
    });
    for (const seq of [0, 7, 123_456]) await backend.invoke(call({ seq }));
    const ids = [...server.received.join('').matchAll(/x-id: (.*)\r/g)].map(([, id]) => id);
    expect(ids).toEqual(['run-1/0/0', 'run-1/7/7', 'run-1/123456/123456']);
    expect(server.received.join('')).toContain('x-other: {other} {seq}');
  });

  it.each([
    [201, 'ok', /^$/],
    [301, 'bad-answer', /^redirect \(301\) to \/elsewhere: why$/],
    [304, 'bad-answer', /^redirect \(304\)/],
    [400, 'rejected', /^status 400: why$/],
    [401, 'unauthorized', /^status 401/],
    [403, 'unauthorized', /^status 403/],
    [404, 'rejected', /^status 404/],
    [429, 'throttled', /^status 429/],
    [500, 'server-error', /^status 500: why$/],
    [503, 'server-error', /^status 503/],
  ])('status %i means %s', async (status, meaning, detail) => {
    const body = status === 304 ? '' : 'why';
    const text = `HTTP/1.1 ${String(status)} X\r\nlocation: /elsewhere\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`;
    const server = kept(await serve((socket) => socket.write(text)));
    const outcome = await (await backendFor(server, { client })).invoke(call());
    expect(meaningOf(outcome)).toBe(meaning);
    expect(outcome.ok ? '' : outcome.detail).toMatch(detail);
    expectOrder(outcome);
  });

  it.each([
    ['status:200-404', 404, 'body', 'ok'],
    ['status:404', 200, 'body', 'bad-answer'],
    ['status:201', 500, 'body', 'server-error'],
    ['body~needle', 200, 'hay needle hay', 'ok'],
    ['body~needle', 200, 'hay', 'bad-answer'],
    ['body~needle', 500, 'needle', 'server-error'],
  ])('expect=%s makes a %i with "%s" %s', async (expect_, status, body, meaning) => {
    const text = `HTTP/1.1 ${String(status)} X\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`;
    const server = kept(await serve((socket) => socket.write(text)));
    expect(meaningOf(await (await backendFor(server, { client, expect: expect_ })).invoke(call()))).toBe(meaning);
  });

  it('shows of a hostile body a bounded, printable beginning', async () => {
    const body = `\x1b[2J\r\n${'x'.repeat(5000)}`;
    const server = kept(await serve((socket) => socket.write(answer(body).replace('200', '500'))));
    const outcome = await (await backendFor(server, { client })).invoke(call());
    expect(outcome).toMatchObject({ ok: false, detail: expect.not.stringMatching(/[\x00-\x1f]/) as string });
    expect(outcome.ok ? 0 : outcome.detail.length).toBeLessThan(230);
  });

  it('gives up at the abort', async () => {
    const server = kept(await serve(() => undefined));
    const backend = await backendFor(server, { client, connections: '1' });
    const [first, second] = [call(), call({ seq: 1 })];
    const hang = [backend.invoke(first), backend.invoke(second)];
    await eventually(() => server.received[0]?.includes('\r\n\r\n') === true);
    second.abort();
    first.abort();
    expect((await Promise.all(hang)).map(meaningOf)).toEqual(['aborted', 'aborted']);
    await eventually(() => server.sockets[0]?.destroyed === true);
  });

  it('distinguishes failures of the network', async () => {
    const scenes: [string, (socket: Socket, nth: number) => unknown][] = [
      ['cut', (socket) => socket.resetAndDestroy()],
      ['cut', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')],
      ['bad-answer', (socket) => socket.end('nonsense\r\n\r\n')],
      ['stale-connection', (socket, nth) => (nth === 0 ? socket.write(answer('ok')) : socket.end())],
    ];
    for (const [failure, act] of scenes) {
      const server = kept(await serve((socket, { nth }) => act(socket, nth)));
      const backend = await backendFor(server, { client, connections: '1' });
      if (failure === 'stale-connection') await backend.invoke(call());
      expect(meaningOf(await backend.invoke(call()))).toBe(failure);
    }
    const gone = await listen(() => undefined);
    await gone.close();
    expect(meaningOf(await (await backendFor(gone, { client })).invoke(call()))).toBe('unreachable');
    expect(
      meaningOf(await (await backendFor(gone, { client, url: 'http://no-such-host.invalid/' })).invoke(call())),
    ).toBe('unreachable');
  });

  it('prepares without a request to the service, also when it is down', async () => {
    const server = kept(await serve((socket) => socket.write(answer('ok'))));
    const backend = await backendFor(server, { client });
    await backend.prepare?.(new AbortController().signal);
    expect(server.received.join('')).toBe('');
    expect(meaningOf(await backend.invoke(call()))).toBe('ok');
    await server.close();
    await (await backendFor(server, { client })).prepare?.(new AbortController().signal);
  });

  it('a body without a length is whole at a close, and a failure at a reset', async () => {
    const half = 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhalf';
    const server = kept(
      await serve((socket, { connection }) => {
        if (connection === 0) socket.end(half);
        else socket.write(half, () => setTimeout(() => socket.resetAndDestroy(), 20));
      }),
    );
    const backend = await backendFor(server, { client });
    const outcomes: Outcome[] = [];
    for (let seq = 0; seq < 4; seq++) outcomes.push(await backend.invoke(call({ seq })));
    expect(outcomes.map(meaningOf)).toEqual(['ok', 'cut', 'cut', 'cut']);
  });

  it('an answer that comes before the request has left ends the connection, and later requests are answered', async () => {
    const server = kept(
      await listen((socket) => {
        socket.once('data', () => {
          socket.write(answer('ok'));
          socket.pause();
        });
      }),
    );
    const large: Payload = { kind: 'bytes', contentType: 'text/plain', bytes: Buffer.alloc(32 * 2 ** 20) };
    const backend = await backendFor(server, { client, connections: '2' }, [large]);
    const outcomes = await Promise.all(Array.from({ length: 12 }, (_, seq) => backend.invoke(call({ seq }))));
    expect(outcomes.map(meaningOf)).toEqual(Array.from({ length: 12 }, () => 'ok'));
  });

  it('holds bodies to the limit', async () => {
    const server = kept(await serve((socket) => socket.write(answer('0123456789'))));
    const outcome = await (await backendFor(server, { client, 'body-limit': '9' })).invoke(call());
    expect(meaningOf(outcome)).toBe('bad-answer');
  });
});

describe('connections', () => {
  it('N is exact over all workers', async () => {
    const server = kept(await serve((socket) => setTimeout(() => socket.write(answer('ok')), 2)));
    const workers = 3;
    const backends = await Promise.all(
      Array.from({ length: workers }, (_, worker) =>
        backendFor(server, { connections: '7' }, [JSON_PAYLOAD], { worker, workers }),
      ),
    );
    for (const backend of backends) await backend.prepare?.(new AbortController().signal);
    await eventually(() => server.sockets.length === 7);
    const outcomes = await Promise.all(
      backends.flatMap((backend) => Array.from({ length: 20 }, (_, seq) => backend.invoke(call({ seq })))),
    );
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(server.sockets.length).toBe(7);
    expect(backends.reduce((sum, backend) => sum + Number(backend.facts?.()['connectionsOpened']), 0)).toBe(7);
  });

  it('no more workers than connections', () => {
    const of = (raw: RawOptions): number | undefined =>
      http.maxWorkers?.(http.parseOptions({ url: 'http://x', ...raw }));
    expect([of({ connections: '3' }), of({})]).toEqual([3, Infinity]);
  });
});

describe('options', () => {
  it('turn user info into basic authentication, which the host never sees in the clear', async () => {
    const server = kept(await serve((socket) => socket.write(answer('ok'))));
    const backend = await backendFor(server, { url: `http://us%40er:p%3Ass@127.0.0.1:${String(server.port)}/` });
    await backend.invoke(call());
    expect(server.received[0]).toContain(`authorization: Basic ${Buffer.from('us@er:p:ss').toString('base64')}\r\n`);
    expect(server.received[0]).toContain(`host: 127.0.0.1:${String(server.port)}\r\n`);
  });

  it('let a header of the user take the place of ours', async () => {
    const server = kept(await serve((socket) => socket.write(answer('ok'))));
    const backend = await backendFor(server, {
      header: ['Host: other.example', 'Content-Type: text/x', 'USER-AGENT: me'],
    });
    await backend.invoke(call());
    const head = (server.received[0] ?? '').toLowerCase();
    for (const [name, value] of [
      ['host', 'other.example'],
      ['content-type', 'text/x'],
      ['user-agent', 'me'],
    ] as const) {
      expect(head.split('\r\n').filter((line) => line.startsWith(`${name}:`))).toEqual([`${name}: ${value}`]);
    }
  });

  it('survive the way to another thread', () => {
    const options = http.parseOptions({
      url: 'https://a:b@x/y',
      header: 'a: b',
      expect: ['status:200', 'body~x'],
      idle: '2s',
    });
    expect(structuredClone(options)).toEqual(options);
    expect(options.url).toBe('https://x/y');
  });

  it.each([
    [{}, /--url/],
    [{ url: 'ftp://x' }, /https:\/\//],
    [{ url: 'nonsense' }, /https:\/\//],
    [{ url: 'http://x', method: 'G T' }, /method/],
    [{ url: 'http://x', header: 'no colon' }, /colon/],
    [{ url: 'http://x', header: 'a: b\r\nc: d' }, /header a/],
    [{ url: 'http://x', header: 'Content-Length: 3' }, /leave it out/],
    [{ url: 'http://x', header: ['ok: 1', 'Transfer-Encoding: chunked'] }, /leave it out/],
    [{ url: 'http://x', expect: 'nothing' }, /status:200-299/],
    [{ url: 'http://x', expect: 'status:300-200' }, /lower/],
    [{ url: 'http://x', connections: '0' }, /from 1/],
    [{ url: 'https://x', http2: 'true', client: 'undici' }, /HTTP\/1\.1 only.*leave out/],
    [{ url: 'http://x', http2: 'true' }, /https URL.*http2=prior-knowledge/],
    [{ url: 'https://x', http2: 'maybe' }, /true, false or prior-knowledge/],
    [{ url: 'https://x', http2: 'true', header: ['Referer: a', 'referer: b'] }, /header referer is given twice/],
    [{ url: 'https://x', http2: 'true', header: 'Proxy-Connection: close' }, /HTTP\/2 has no header Proxy-Connection/],
    [{ url: 'http://x', clint: 'lean' }, /did you mean client/],
    [{ url: 'http://x', idle: 'soon' }, /duration/],
  ] as [RawOptions, RegExp][])('refuse %j with what to do', (raw, message) => {
    expect(() => http.parseOptions(raw)).toThrow(message);
    expect(() => http.parseOptions(raw)).toThrow(UserError);
  });

  it('never show a secret header in a message', () => {
    for (const header of ['Authorization: Bearer s3cret\r\nx', 'Bearer s3cret']) {
      expect(() => http.parseOptions({ url: 'http://x', header })).toThrow(/^(?!.*s3cret)/);
    }
  });

  it('a tensor has no form here', async () => {
    const tensor: Payload = { kind: 'tensor', tensor: { shape: [1], dtype: 'float32', seed: 1 } };
    const options = http.parseOptions({ url: 'http://x' });
    const setUp = {
      payloads: [JSON_PAYLOAD, tensor],
      mostInFlight: 1,
      progress: () => undefined,
      env: {},
      signal: new AbortController().signal,
    };
    await expect(http.setUp?.(options, setUp)).rejects.toThrow(/payload 1 of the trace is a tensor/);
  });
});

const certificate = makeCertificate();
afterAll(() => certificate?.remove());

describe.skipIf(certificate === undefined)('TLS', () => {
  const { key = '', cert = '', certFile = '' } = certificate ?? {};

  it.each(['lean', 'undici'] as const)(
    '%s: a certificate nobody vouches for is refused, unless insecure',
    async (client) => {
      const url = await tlsService();
      const outcome = await (await backendFor({ url }, { client })).invoke(call());
      expect(outcome).toMatchObject({
        ok: false,
        failure: 'unreachable',
        detail: expect.stringMatching(/self.signed/i) as string,
      });
      const insecure = await backendFor({ url }, { client, insecure: 'true' });
      for (let i = 0; i < 3; i++) {
        const answered = await insecure.invoke(call());
        expect(meaningOf(answered)).toBe('ok');
        expectOrder(answered);
      }
    },
  );

  it('lean: the handshake is reported, and is not part of the service', async () => {
    const backend = await backendFor({ url: await tlsService() }, { insecure: 'true' });
    const [first, second] = [await backend.invoke(call()), await backend.invoke(call())];
    expect([first.handshakeMs !== undefined && first.handshakeMs > 0, second.handshakeMs]).toEqual([true, undefined]);
  });

  it('lean: a certificate of NODE_EXTRA_CA_CERTS is trusted, for the names it bears', async () => {
    const url = await tlsService();
    const program = `
      import { createWire } from '#src/backends/wire/http1-wire';
      import { oneAnswer } from '#src/backends/wire/one-answer';
      for (const host of ['localhost', '127.0.0.1', 'ip6-localhost', '127.0.0.2']) {
        const url = new URL('https://' + host + ':${url.port}/');
        const wire = createWire({ url, connections: { initial: 0, max: null }, clock: { now: () => performance.now() } });
        const request = Buffer.from('GET / HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n');
        const result = await oneAnswer(wire, request, { method: 'GET', collectBody: false }, { onAbort: () => undefined });
        console.log(host, result.kind, result.detail ?? '');
        wire.close();
      }`;
    const cwd = new URL('../..', import.meta.url);
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: certFile };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd,
      env,
    });
    expect(stdout).toMatch(/^localhost answer *$/m);
    expect(stdout).toMatch(/^127\.0\.0\.1 answer *$/m);
    expect(stdout).toMatch(/^127\.0\.0\.2 failure .*(altnames|ERR_TLS_CERT_ALTNAME_INVALID)/m);
  });

  async function tlsService(): Promise<URL> {
    const server = createTlsServer({ key, cert, ALPNProtocols: ['http/1.1'] }, (socket) => {
      socket.on('data', () => socket.write(answer('ok')));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    kept({ close: () => void server.close() });
    return new URL(`https://localhost:${String((server.address() as AddressInfo).port)}/`);
  }
});

function kept<T extends { close?(): void | Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

async function backendFor(
  { url }: Pick<LoopbackServer, 'url'>,
  raw: RawOptions,
  payloads: readonly Payload[] = [JSON_PAYLOAD],
  context: Partial<BackendContext> = {},
): Promise<Asked> {
  const options = http.parseOptions({ url: url.href, ...raw });
  const usual = { clock: realClock(), payloads, worker: 0, workers: 1, runId: 'run-1', seed: 1, virtual: false };
  return kept(asked(await http.create(options, { ...usual, ...context })));
}

function expectOrder({ sentMs = NaN, doneEarliestMs = NaN, doneMs = NaN }: Outcome): void {
  expect(sentMs).toBeGreaterThan(0);
  expect(doneEarliestMs).toBeGreaterThanOrEqual(sentMs);
  expect(doneMs).toBeGreaterThanOrEqual(doneEarliestMs);
}
