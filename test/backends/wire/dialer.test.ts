import type { Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { Names } from '#src/backends/wire/addresses';
import { PLAIN_CONNECT } from '#src/backends/wire/connect-options';
import { createDialer, type Dialer } from '#src/backends/wire/dialer';
import type { Clock } from '#src/clock';
import { openBlackHole } from './black-hole.js';
import { listen } from './loopback-server.js';
import { realClock } from './real-clock.js';

const unread = (): void => undefined;
const never = new AbortController().signal;

/** A service by a name that has these addresses. */
async function service(addresses: readonly string[], clock: Clock = realClock()) {
  const server = await listen(() => undefined);
  const names: Names = {
    bySystem: () => Promise.resolve(addresses),
    byNameServer: () => Promise.resolve({ addresses: [], ttlMs: 0 }),
    cancel: () => undefined,
  };
  const dialer = createDialer(new URL(`http://service.test:${String(server.port)}/`), PLAIN_CONNECT, clock, names);
  onTestFinished(async () => {
    dialer.close();
    await server.close();
  });
  return { server, dialer };
}

async function timed(dialer: Dialer): Promise<{ socket: Socket; ms: number }> {
  const startMs = performance.now();
  const socket = await dialer.dial(unread, 0, never);
  onTestFinished(() => void socket.destroy());
  return { socket, ms: performance.now() - startMs };
}

it('an address in a black hole costs the first dial a quarter of a second, and the next ones nothing', async () => {
  const { server, dialer } = await service(['127.0.0.2', '127.0.0.1']);
  const hole = await openBlackHole('127.0.0.2', server.port);
  onTestFinished(() => hole.close());
  const first = await timed(dialer);
  expect(first.socket.remoteAddress).toBe('127.0.0.1');
  expect(first.ms).toBeGreaterThan(240);
  expect(first.ms).toBeLessThan(2000);
  // Its turn would have come again by now.
  for (let i = 0; i < 4; i++) expect((await timed(dialer)).ms).toBeLessThan(200);
});

it('an address in a black hole and no other: the limit, or the one who waits, ends it', async () => {
  const { server, dialer } = await service(['127.0.0.2']);
  const hole = await openBlackHole('127.0.0.2', server.port);
  onTestFinished(() => hole.close());
  await expect(dialer.dial(unread, 50, never)).rejects.toThrow('no connection within 50 ms');
  await expect(dialer.dial(unread, 0, AbortSignal.timeout(50))).rejects.toThrow('aborted');
});

it('both in black holes: ended, and nothing is left open', async () => {
  const { server, dialer } = await service(['127.0.0.2', '127.0.0.3']);
  for (const host of ['127.0.0.2', '127.0.0.3']) {
    const hole = await openBlackHole(host, server.port);
    onTestFinished(() => hole.close());
  }
  await expect(dialer.dial(unread, 0, AbortSignal.timeout(300))).rejects.toThrow('aborted');
  await expect(dialer.dial(unread, 40, never)).rejects.toThrow('no connection within 40 ms');
});

it('an address that refuses is passed over at once, and comes last from then on', async () => {
  const { dialer } = await service(['127.0.0.2', '127.0.0.1']);
  for (let i = 0; i < 3; i++) {
    const { socket, ms } = await timed(dialer);
    expect(socket.remoteAddress).toBe('127.0.0.1');
    expect(ms).toBeLessThan(200);
  }
});

it('a limit ends with the opening: an established socket has no timer of its own', async () => {
  const { dialer } = await service(['127.0.0.1']);
  const socket = await dialer.dial(unread, 10_000, never);
  expect(socket.timeout).toBe(0);
  socket.destroy();
});
