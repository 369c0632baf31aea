import { describe, expect, it } from 'vitest';
import { createAddresses, type Names } from '#src/backends/wire/addresses';
import { createWire } from '#src/backends/wire/http1-wire';
import { oneAnswer } from '#src/backends/wire/one-answer';
import type { Clock } from '#src/clock';
import { answer, serve } from './loopback-server.js';
import { realClock } from './real-clock.js';

it.each(['127.0.0.1', '::1'])('the address %s is its own', async (address) => {
  const addresses = createAddresses(address, realClock());
  expect([await addresses.next(), addresses.count]).toEqual([[address], 1]);
});

it('a name gives all its addresses, each time the same ones, those of the preferred family in turn', async () => {
  const addresses = createAddresses('localhost', realClock());
  const first = await addresses.next();
  const second = await addresses.next();
  expect(first.every((address) => address === '::1' || address.startsWith('127.'))).toBe(true);
  expect([...second].sort()).toEqual([...first].sort());
  expect(addresses.count).toBe(first.length);
  addresses.close();
});

it('a name that does not exist rejects, and is asked for again', async () => {
  const addresses = createAddresses('no-such-host.invalid', realClock());
  await expect(addresses.next()).rejects.toThrow(/no-such-host/);
  await expect(addresses.next()).rejects.toThrow(/no-such-host/);
  addresses.close();
});

it('a service that listens on one family only is found by name', async () => {
  const server = await serve((socket) => socket.write(answer('ok')));
  const url = new URL(`http://localhost:${String(server.port)}/`);
  const wire = createWire({ url, connections: { initial: 0, max: null }, clock: realClock() });
  const request = Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  const result = await oneAnswer(wire, request, { method: 'GET', collectBody: false }, { onAbort: () => undefined });
  expect(result.kind).toBe('answer');
  wire.close();
  await server.close();
});

describe('a name with several addresses', () => {
  const ALL = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];

  /** A clock that is set, and a resolver that is counted and can fail. */
  function named(ttlMs: number, system: readonly string[] = ALL.slice(0, 1)) {
    const world = { nowMs: 0, asked: 0, fails: false };
    const clock = { now: () => world.nowMs } as Clock;
    const names: Names = {
      bySystem() {
        world.asked++;
        return world.fails ? Promise.reject(new Error('EAI_AGAIN')) : Promise.resolve(system);
      },
      byNameServer: () => Promise.resolve({ addresses: ALL, ttlMs }),
      cancel: () => undefined,
    };
    return { world, addresses: createAddresses('service.test', clock, names) };
  }

  it('is asked for once per time to live, and dealt evenly to new connections', async () => {
    const { world, addresses } = named(20_000);
    const firsts: (string | undefined)[] = [];
    await addresses.next(); // reports the system's one; the name server's others come a moment later
    for (let i = 0; i < 400; i++) {
      world.nowMs += 100;
      firsts.push((await addresses.next())[0]);
    }
    expect(world.asked).toBe(1 + Math.floor(400 / 200));
    const shares = ALL.map((address) => firsts.filter((first) => first === address).length);
    for (const share of shares) expect(Math.abs(share - 100)).toBeLessThanOrEqual(3);
  });

  it('many that ask at once ask once', async () => {
    const { world, addresses } = named(20_000);
    await Promise.all(Array.from({ length: 50 }, () => addresses.next()));
    expect(world.asked).toBe(1);
  });

  it('a resolver that fails later costs nothing but a new attempt each second', async () => {
    const { world, addresses } = named(5000);
    await addresses.next();
    await addresses.next();
    world.fails = true;
    for (world.nowMs = 5001; world.nowMs < 10_000; world.nowMs += 100)
      expect([...(await addresses.next())].sort()).toEqual(ALL);
    expect(world.asked).toBe(1 + 5);
    world.fails = false;
    world.nowMs += 1000;
    expect((await addresses.next()).length).toBeGreaterThan(0);
    world.nowMs += 4000;
    await addresses.next();
    expect(world.asked).toBe(1 + 5 + 1);
  });

  it('one that failed comes last for 30 s, and its share goes to the others evenly', async () => {
    const { world, addresses } = named(300_000, ALL);
    await addresses.next();
    addresses.failed('10.0.0.2');
    const firsts: (string | undefined)[] = [];
    for (let i = 0; i < 30; i++) {
      const order = await addresses.next();
      expect(order.at(-1)).toBe('10.0.0.2');
      firsts.push(order[0]);
    }
    for (const one of ['10.0.0.1', '10.0.0.3', '10.0.0.4'])
      expect(firsts.filter((first) => first === one).length).toBe(10);
    world.nowMs = 30_001;
    const later = new Set<string | undefined>();
    for (let i = 0; i < 4; i++) later.add((await addresses.next())[0]);
    expect(later.size).toBe(4);
  });
});
