import { expect, it } from 'vitest';
import { createAddresses } from '#src/backends/shared/addresses';
import { createWire } from '#src/backends/shared/http1-wire';
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
  const result = await wire.send(request, { method: 'GET', collectBody: false }, { onAbort: () => undefined });
  expect(result.kind).toBe('answer');
  wire.close();
  await server.close();
});
