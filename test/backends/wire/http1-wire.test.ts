import { execFile, spawn, spawnSync } from 'node:child_process';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { PLAIN_CONNECT } from '#src/backends/wire/connect-options';
import type { Answer, WireFailure } from '#src/backends/wire/exchange';
import { createWire, type Wire, type WireOptions } from '#src/backends/wire/http1-wire';
import { oneAnswer } from '#src/backends/wire/one-answer';
import { makeCertificate } from './certificate.js';
import { answer, listen, serve, type LoopbackServer } from './loopback-server.js';
import { eventually, pause, realClock } from './real-clock.js';

const GET = Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
const certificate = makeCertificate();
afterAll(() => certificate?.remove());

const open: { close(): void | Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

describe('keep-alive', () => {
  it('one connection carries requests that follow each other', async () => {
    const server = kept(await serve((socket, { nth }) => socket.write(answer(`answer ${String(nth)}`))));
    const wire = wireTo(server);
    const bodies = [];
    for (let i = 0; i < 5; i++) bodies.push(bodyOf(await send(wire)));
    expect(bodies).toEqual(['answer 0', 'answer 1', 'answer 2', 'answer 3', 'answer 4']);
    expect([server.sockets.length, wire.facts().opened]).toEqual([1, 1]);
  });

  it('the connection that was free last is taken first', async () => {
    const server = kept(
      await serve((socket, { connection }) =>
        setTimeout(() => socket.write(answer(String(connection))), 5 * (3 - connection)),
      ),
    );
    const wire = wireTo(server, { connections: { initial: 3, max: null } });
    await wire.open(new AbortController().signal);
    const all = await Promise.all([send(wire), send(wire), send(wire)]);
    const last = all.reduce((a, b) => (a.doneMs > b.doneMs ? a : b));
    expect(bodyOf(await send(wire))).toBe(bodyOf(last));
  });

  it.each([
    ['the server says close', answer('a', 'connection: close\r\n')],
    ['the protocol is HTTP/1.0', answer('a').replace('1.1', '1.0')],
    ['surplus bytes follow its first answer', `${answer('a')}b`],
    ['the hint says timeout=0', answer('a', 'keep-alive: timeout=0\r\n')],
  ])('ends where %s, and the answer stands', async (_why, text) => {
    const server = kept(await serve((socket) => socket.write(text)));
    const wire = wireTo(server);
    expect([bodyOf(await send(wire)), bodyOf(await send(wire))]).toEqual(['a', 'a']);
    expect(server.sockets.length).toBe(2);
  });

  it('an answer to a second request with more behind it may be either’s: bad-answer, and the connection ends', async () => {
    const server = kept(
      await serve((socket, { nth }) => socket.write(nth === 0 ? answer('a') : answer('late') + answer('b'))),
    );
    const wire = wireTo(server);
    expect(bodyOf(await send(wire))).toBe('a');
    expect(failureOf(await send(wire))).toBe('bad-answer');
    expect(wire.facts()).toMatchObject({ surplus: 1, doubtful: 0, open: 0 });
  });

  it('answers that may have been shifted by one are counted when that is seen', async () => {
    const server = kept(
      await serve((socket, { nth }) => {
        socket.write(answer(String(nth)));
        if (nth === 2) setTimeout(() => socket.write(answer('once more')), 20);
      }),
    );
    const wire = wireTo(server);
    for (let i = 0; i < 3; i++) await send(wire);
    await eventually(() => wire.facts().surplus === 1);
    expect(wire.facts()).toMatchObject({ doubtful: 2, open: 0 });
  });

  it('carries at most this many requests, and none when it is older than it may be', async () => {
    const server = kept(await serve((socket) => socket.write(answer('a'))));
    const few = wireTo(server, { requestsPerConnection: 3 });
    for (let i = 0; i < 7; i++) await send(few);
    expect(few.facts()).toMatchObject({ opened: 3, open: 1 });
    const young = wireTo(server, { maxAgeMs: 1 });
    for (let i = 0; i < 3; i++) {
      await send(young);
      await pause(2);
    }
    expect(young.facts().opened).toBe(3);
  });

  it('ends where surplus bytes come later, on an idle connection', async () => {
    const server = kept(await serve((socket) => socket.write(answer('a'))));
    const wire = wireTo(server);
    await send(wire);
    server.sockets[0]?.write('HTTP/1.1 408 Too Late\r\ncontent-length: 0\r\n\r\n');
    await eventually(() => wire.facts().surplus === 1);
    expect((await send(wire)).kind).toBe('answer');
    expect(server.sockets.length).toBe(2);
  });

  it('a body that lasts until the close is complete at the close', async () => {
    const server = kept(await serve((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it')));
    expect(bodyOf(await send(wireTo(server)))).toBe('all of it');
  });

  it('a request still being written when its answer is complete ends the connection', async () => {
    const early = 'HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno';
    const server = kept(
      await listen((socket) => {
        socket.once('data', () => socket.pause().write(early));
      }),
    );
    const wire = wireTo(server);
    const body = Buffer.alloc(16 * 1024 * 1024);
    const request = Buffer.concat([
      Buffer.from(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${String(body.length)}\r\n\r\n`),
      body,
    ]);
    const result = await send(wire, request);
    expect([result.kind === 'answer' && result.status, bodyOf(result)]).toEqual([413, 'no']);
    await eventually(() => wire.facts().open === 0);
  });
});

describe('how many connections', () => {
  it('exactly N: opened before the start, never more, the rest wait their turn in order', async () => {
    const order: number[] = [];
    const server = kept(
      await serve((socket, { text }) => {
        order.push(Number(/GET \/(\d+)/.exec(text)?.[1]));
        setTimeout(() => socket.write(answer('a')), 3);
      }),
    );
    const wire = wireTo(server, { connections: { initial: 4, max: 4 } });
    await wire.open(new AbortController().signal);
    expect(wire.facts().opened).toBe(4);
    await eventually(() => server.sockets.length === 4);
    const results = await Promise.all(Array.from({ length: 40 }, (_, i) => send(wire, numbered(i))));
    expect(results.every(({ kind }) => kind === 'answer')).toBe(true);
    expect([server.sockets.length, wire.facts().peak]).toEqual([4, 4]);
    expect(results.map(({ sentMs }) => sentMs)).toEqual(results.map(({ sentMs }) => sentMs).sort((a, b) => a - b));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it.skipIf(certificate === undefined).each([1, 5, 100])(
    'exactly %i also where attempts fail: each is made once more, and the facts tell how many there were',
    async (initial) => {
      const { key = '', cert = '' } = certificate ?? {};
      let accepted = 0;
      const server = createTlsServer({ key, cert });
      server.on('connection', (socket: Socket) => accepted++ < initial / 4 && socket.destroy());
      server.on('tlsClientError', () => undefined);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = new URL(`https://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
      const wire = wireTo(
        { url },
        { connections: { initial, max: initial }, connect: { ...PLAIN_CONNECT, insecure: true } },
      );
      await wire.open(new AbortController().signal);
      expect(wire.facts()).toMatchObject({ atStart: initial, failed: Math.ceil(initial / 4) });
      wire.close();
      server.close();
    },
  );

  it('a service that accepts and never speaks keeps no one waiting for longer than the limit', async () => {
    const silent = kept(await listen(() => undefined));
    const url = new URL(`https://127.0.0.1:${String(silent.port)}/`);
    const wire = wireTo({ url }, { connections: { initial: 4, max: 4 }, openLimitMs: 300 });
    const startMs = performance.now();
    await wire.open(new AbortController().signal);
    expect(performance.now() - startMs).toBeLessThan(3000);
    expect(wire.facts()).toMatchObject({ atStart: 0, opened: 0 });
  });

  it('a service that accepts and closes at once is not asked for ever', async () => {
    const server = kept(await listen((socket) => socket.end()));
    const wire = wireTo(server, { connections: { initial: 8, max: 8 } });
    await wire.open(new AbortController().signal);
    await eventually(() => wire.facts().open === 0);
    expect(server.sockets.length).toBeLessThanOrEqual(16);
  });

  it('as many as it takes, where no limit was set', async () => {
    const server = kept(await serve((socket) => setTimeout(() => socket.write(answer('a')), 20)));
    const wire = wireTo(server, { connections: { initial: 2, max: null } });
    await wire.open(new AbortController().signal);
    const results = await Promise.all(Array.from({ length: 10 }, () => send(wire)));
    expect(server.sockets.length).toBe(10);
    // Those which found a connection open say nothing of a handshake; the others' lies before their send.
    const handshakes = results.map(({ handshakeMs }) => handshakeMs).filter((ms) => !Number.isNaN(ms));
    expect(handshakes.length).toBe(8);
    expect(handshakes.every((ms) => ms > 0)).toBe(true);
  });

  it('no more than needed, where answers lie there unread because the thread was busy', async () => {
    const program = `
      const { createServer } = await import('node:net');
      const server = createServer((socket) => socket.on('data', () => socket.write('HTTP/1.1 200 OK\\r\\ncontent-length: 0\\r\\n\\r\\n')));
      server.listen(0, '127.0.0.1', () => process.send(server.address().port));
      process.on('disconnect', () => process.exit());`;
    const server = spawn(process.execPath, ['-e', `(async () => {${program}})()`], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const port = await new Promise((resolve) => server.once('message', resolve));
    const wire = wireTo(
      { url: new URL(`http://127.0.0.1:${String(port)}/`) },
      { connections: { initial: 8, max: null } },
    );
    await wire.open(new AbortController().signal);
    const all: Promise<Answer | WireFailure>[] = [];
    for (let round = 0; round < 5; round++) {
      // The schedule's sends run from immediates and timers: a poll follows.
      await new Promise((resolve) => setImmediate(resolve));
      for (let i = 0; i < 8; i++) all.push(send(wire));
      const endMs = performance.now() + 20;
      while (performance.now() < endMs);
      // Due while the thread was busy: sent before anything is read.
      for (let i = 0; i < 8; i++) all.push(send(wire));
      await Promise.all(all);
    }
    server.disconnect();
    expect((await Promise.all(all)).every(({ kind }) => kind === 'answer')).toBe(true);
    // Without that each of the five rounds would have opened eight more; a server that is not scheduled in time causes some.
    expect(wire.facts().opened).toBeLessThan(32);
  });

  it('one request at a time on each', async () => {
    let [open, most] = [0, 0];
    const server = kept(
      await serve((socket) => {
        most = Math.max(most, ++open);
        setTimeout(() => {
          open--;
          socket.write(answer('a'));
        }, 1);
      }),
    );
    const wire = wireTo(server, { connections: { initial: 1, max: 1 } });
    await Promise.all(Array.from({ length: 10 }, () => send(wire)));
    expect(most).toBe(1);
  });

  it('an idle one retires before the server would close it, and another is opened in its place', async () => {
    const server = kept(await serve((socket) => socket.write(answer('a'))));
    const wire = wireTo(server, { connections: { initial: 1, max: null }, idleMs: 60 });
    await wire.open(new AbortController().signal);
    await eventually(() => server.sockets.length >= 3);
    expect(wire.facts().dropped).toBe(0);
    expect(wire.facts().open).toBe(1);
    expect((await send(wire)).kind).toBe('answer');
  });

  it('the hint of the server shortens that', async () => {
    const server = kept(await serve((socket) => socket.write(answer('a', 'keep-alive: timeout=1\r\n'))));
    const wire = wireTo(server);
    await send(wire);
    await pause(300);
    expect(wire.facts().open).toBe(1);
    await eventually(() => wire.facts().open === 0);
    expect(wire.facts().dropped).toBe(0);
  });

  it('an idle one that the server closes is replaced without a failure', async () => {
    const server = kept(await serve((socket) => socket.write(answer('a'))));
    const wire = wireTo(server);
    await send(wire);
    server.sockets[0]?.end();
    await eventually(() => wire.facts().dropped === 1);
    expect((await send(wire)).kind).toBe('answer');
  });

  it('a service that is down is no error before the start; each request tries for itself', async () => {
    const wire = wireTo(
      { url: new URL(`http://127.0.0.1:${String(await closedPort())}/`) },
      { connections: { initial: 4, max: 4 } },
    );
    await wire.open(new AbortController().signal);
    const results = await Promise.all(Array.from({ length: 12 }, () => send(wire)));
    expect(results.map(failureOf)).toEqual(Array.from({ length: 12 }, () => 'unreachable'));
    expect(wire.facts().open).toBe(0);
  });
});

describe('failures', () => {
  it('unreachable: no service listens', async () => {
    const wire = wireTo({ url: new URL(`http://127.0.0.1:${String(await closedPort())}/`) });
    expect(await send(wire)).toMatchObject({
      failure: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED') as string,
      sentMs: NaN,
    });
  });

  it('unreachable: no such name', async () => {
    expect(failureOf(await send(wireTo({ url: new URL('http://no-such-host.invalid/') })))).toBe('unreachable');
  });

  it('cut: reset on a fresh connection before any byte', async () => {
    const server = kept(await serve((socket) => socket.resetAndDestroy()));
    expect(failureOf(await send(wireTo(server)))).toBe('cut');
  });

  it('cut: closed on a fresh connection before any byte', async () => {
    const server = kept(await serve((socket) => socket.end()));
    expect(failureOf(await send(wireTo(server)))).toBe('cut');
  });

  it.each(['reset', 'close'])('stale-connection: %s on a reused one before any byte; sent once only', async (how) => {
    const server = kept(
      await serve((socket, { nth }) => {
        if (nth === 0) socket.write(answer('a'));
        else if (how === 'reset') socket.resetAndDestroy();
        else socket.end();
      }),
    );
    const wire = wireTo(server);
    await send(wire);
    expect(failureOf(await send(wire))).toBe('stale-connection');
    expect(server.received.join('').match(/GET/g)?.length).toBe(2);
  });

  it.each(['reset', 'close'])(
    'stale-connection: %s on one that lay idle for long before its first request',
    async (how) => {
      const server = kept(await serve((socket) => (how === 'reset' ? socket.resetAndDestroy() : socket.end())));
      const wire = wireTo(server, { connections: { initial: 1, max: 1 } });
      await wire.open(new AbortController().signal);
      await pause(1300);
      const result = await send(wire);
      expect(failureOf(result)).toBe('stale-connection');
      expect(bodyOf(result)).toMatch(/on a long idle connection/);
      // The next one is fresh.
      expect(failureOf(await send(wire))).toBe('cut');
    },
  );

  it('an idle one that the server closes after the clock was set to 0 is opened again', async () => {
    const { server, wire } = await openedThenSetTo0();
    await pause(1100);
    server.sockets[0]?.end();
    await eventually(() => server.sockets.length === 2);
    expect(wire.facts()).toMatchObject({ dropped: 1, open: 1 });
  });

  it.each(['reset', 'close'])('cut: %s in the body, be the connection fresh or reused', async (how) => {
    const part = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf';
    const server = kept(
      await serve((socket, { nth, connection }) => {
        if (connection === 0 && nth === 0) socket.write(answer('a'));
        else socket.write(part, () => setTimeout(() => (how === 'reset' ? socket.resetAndDestroy() : socket.end()), 5));
      }),
    );
    const wire = wireTo(server);
    await send(wire);
    expect([failureOf(await send(wire)), failureOf(await send(wire))]).toEqual(['cut', 'cut']);
    expect(server.sockets.length).toBe(2);
  });

  it('cut: closed in the head', async () => {
    const server = kept(await serve((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le')));
    expect(failureOf(await send(wireTo(server)))).toBe('cut');
  });

  it('bad-answer: garbage, and the connection is not used again', async () => {
    const server = kept(
      await serve((socket, { connection }) => socket.write(connection === 0 ? 'SSH-2.0-OpenSSH\r\n' : answer('a'))),
    );
    const wire = wireTo(server);
    expect(failureOf(await send(wire))).toBe('bad-answer');
    expect((await send(wire)).kind).toBe('answer');
    expect(server.sockets.length).toBe(2);
  });

  it('bad-answer: a body above the limit', async () => {
    const server = kept(await serve((socket) => socket.write(answer('0123456789'))));
    expect(failureOf(await send(wireTo(server, { limits: { bodyBytes: 9 } })))).toBe('bad-answer');
  });

  it('a hanging answer that is given up frees its connection for the next in line', async () => {
    const server = kept(await serve((socket, { connection }) => connection > 0 && socket.write(answer('a'))));
    const wire = wireTo(server, { connections: { initial: 1, max: 1 } });
    const call = abortable();
    const hangs = oneAnswer(wire, GET, { method: 'GET', collectBody: true }, call);
    const waits = send(wire);
    await eventually(() => server.received[0] !== '' && server.received.length === 1);
    call.abort();
    expect([failureOf(await hangs), (await waits).kind]).toEqual(['aborted', 'answer']);
    await eventually(() => server.sockets[0]?.destroyed === true);
  });

  it('a request given up while it waits is never sent', async () => {
    const server = kept(await serve((socket) => setTimeout(() => socket.write(answer('a')), 20)));
    const wire = wireTo(server, { connections: { initial: 1, max: 1 } });
    const first = send(wire, numbered(1));
    const call = abortable();
    const waits = oneAnswer(wire, numbered(2), { method: 'GET', collectBody: true }, call);
    call.abort();
    const [, aborted, third] = await Promise.all([first, waits, send(wire, numbered(3))]);
    expect([failureOf(aborted), third.kind]).toEqual(['aborted', 'answer']);
    expect(server.received.join('')).not.toContain('/2');
  });

  it('a request given up while its connection is being opened ends the attempt', async () => {
    // The name is still being looked up.
    const wire = wireTo({ url: new URL('http://no-such-host.invalid/') });
    const call = abortable();
    const hangs = oneAnswer(wire, GET, { method: 'GET', collectBody: true }, call);
    call.abort();
    expect(failureOf(await hangs)).toBe('aborted');
    await eventually(() => wire.facts().open === 0);
  });

  it('what such a request spent on opening its connection is its handshake, and no wait', async () => {
    const silent = kept(await listen(() => undefined));
    const wire = wireTo({ url: new URL(`https://127.0.0.1:${String(silent.port)}/`) });
    const call = abortable();
    const hangs = oneAnswer(wire, GET, { method: 'GET', collectBody: true }, call);
    await eventually(() => silent.received[0] !== undefined && silent.received[0] !== '');
    await pause(5);
    call.abort();
    const { sentMs, handshakeMs } = await hangs;
    expect(sentMs).toBeNaN();
    expect(handshakeMs).toBeGreaterThan(4);
  });

  it('closing the wire ends what is open', async () => {
    const server = kept(await serve(() => undefined));
    const wire = wireTo(server, { connections: { initial: 1, max: 1 } });
    const all = [send(wire), send(wire)];
    await eventually(() => server.received[0] !== undefined && server.received[0] !== '');
    wire.close();
    expect((await Promise.all(all)).map(failureOf)).toEqual(['aborted', 'aborted']);
    expect(failureOf(await send(wire))).toBe('aborted');
  });

  it('local: no file descriptor left', async () => {
    const server = kept(await serve(() => undefined));
    const program = `
      import { createWire } from '#src/backends/wire/http1-wire';
      import { oneAnswer } from '#src/backends/wire/one-answer';
      const wire = createWire({ url: new URL('${server.url.href}'), connections: { initial: 0, max: null }, clock: { now: () => performance.now() } });
      const call = { onAbort: () => undefined };
      const all = Array.from({ length: 80 }, () => oneAnswer(wire, Buffer.from('GET / HTTP/1.1\\r\\n\\r\\n'), { method: 'GET', collectBody: false }, call));
      const first = await Promise.race(all);
      console.log(first.failure + ' ' + first.detail);
      process.exit();`;
    const run = promisify(execFile);
    const { stdout } = await run(
      'bash',
      ['-c', `ulimit -n 60; exec "$0" --input-type=module -e "$1"`, process.execPath, program],
      {
        cwd: new URL('../../..', import.meta.url),
      },
    );
    expect(stdout).toMatch(/^local .*EMFILE/);
  });
});

/** Only root may make a network of its own, with as few ports as it likes. */
const hasNetworks = spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

it.skipIf(!hasNetworks)('local: no port left', async () => {
  const program = `
    import { createServer } from 'node:net';
    import { createWire } from '#src/backends/wire/http1-wire';
    import { oneAnswer } from '#src/backends/wire/one-answer';
    const server = createServer();
    await new Promise((resolve) => server.listen(5000, '127.0.0.1', resolve));
    const wire = createWire({ url: new URL('http://127.0.0.1:5000/'), connections: { initial: 0, max: null }, clock: { now: () => performance.now() } });
    const call = { onAbort: () => undefined };
    const all = Array.from({ length: 8 }, () => oneAnswer(wire, Buffer.from('GET / HTTP/1.1\\r\\n\\r\\n'), { method: 'GET', collectBody: false }, call));
    const first = await Promise.race(all);
    console.log(first.failure + ' ' + first.detail);
    process.exit();`;
  const fewPorts = 'ip link set lo up; echo 40000 40003 > /proc/sys/net/ipv4/ip_local_port_range';
  const { stdout } = await promisify(execFile)(
    'unshare',
    ['-n', 'sh', '-c', `${fewPorts}; exec "$0" --input-type=module -e "$1"`, process.execPath, program],
    { cwd: new URL('../../..', import.meta.url) },
  );
  expect(stdout).toMatch(/^local .*EADDRNOTAVAIL/);
});

describe('the times of an exchange', () => {
  it('are in order: handed, handshake, sent, earliest, done', async () => {
    const clock = realClock();
    const server = kept(await serve((socket) => setTimeout(() => socket.write(answer('a')), 2)));
    const wire = wireTo(server, { clock, connections: { initial: 0, max: 3 } });
    const ask = async (): Promise<void> => {
      const handedMs = clock.now();
      const { sentMs, doneEarliestMs, doneMs, handshakeMs } = await send(wire);
      expect(sentMs).toBeGreaterThanOrEqual(handedMs + (Number.isNaN(handshakeMs) ? 0 : handshakeMs));
      expect(doneEarliestMs).toBeGreaterThanOrEqual(sentMs);
      expect(doneMs).toBeGreaterThanOrEqual(doneEarliestMs);
      expect(doneMs - sentMs).toBeGreaterThan(1);
    };
    for (let i = 0; i < 5; i++) await Promise.all(Array.from({ length: 10 }, ask));
  });

  it('survive a clock that is set to 0 in between', async () => {
    const { wire } = await openedThenSetTo0();
    const { sentMs, doneEarliestMs, doneMs } = await send(wire);
    expect(sentMs).toBeGreaterThanOrEqual(0);
    expect(doneEarliestMs).toBeGreaterThanOrEqual(sentMs);
    expect(doneMs).toBeGreaterThanOrEqual(doneEarliestMs);
  });
});

/** A wire of one connection whose clock was set to 0 after it was opened, as at the start of a run. */
async function openedThenSetTo0(): Promise<{ server: LoopbackServer; wire: Wire }> {
  let originMs = 0;
  const clock = { ...realClock(), now: () => performance.now() - originMs };
  const server = kept(await serve((socket) => socket.write(answer('a'))));
  const wire = wireTo(server, { clock, connections: { initial: 1, max: 1 } });
  await wire.open(new AbortController().signal);
  originMs = performance.now();
  return { server, wire };
}

function kept<T extends { close(): void | Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

function wireTo({ url }: Pick<LoopbackServer, 'url'>, options: Partial<WireOptions> = {}): Wire {
  return kept(createWire({ url, connections: { initial: 0, max: null }, clock: realClock(), ...options }));
}

function send(wire: Wire, bytes: Uint8Array = GET): Promise<Answer | WireFailure> {
  return oneAnswer(wire, bytes, { method: 'GET', collectBody: true }, { onAbort: () => undefined });
}

function numbered(index: number): Buffer {
  return Buffer.from(`GET /${String(index)} HTTP/1.1\r\nhost: x\r\n\r\n`);
}

function bodyOf(result: Answer | WireFailure): string {
  return result.kind === 'answer' ? Buffer.from(result.body).toString('latin1') : `${result.failure}: ${result.detail}`;
}

function failureOf(result: Answer | WireFailure): string {
  return result.kind === 'failure' ? result.failure : `answer ${String(result.status)}`;
}

interface AbortableCall {
  onAbort(listener: () => void): void;
  abort(): void;
}

function abortable(): AbortableCall {
  let listener = (): void => undefined;
  return {
    onAbort(given) {
      listener = given;
    },
    abort: () => {
      listener();
    },
  };
}

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = await listen(() => undefined);
  await server.close();
  return server.port;
}
