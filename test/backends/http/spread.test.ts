import { PLAIN_CONNECT } from '#src/backends/wire/connect-options';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { afterEach, expect, it } from 'vitest';
import { LanePool } from '#src/backends/http/lane-pool';
import type { Names } from '#src/backends/wire/addresses';
import type { Result, Sending } from '#src/backends/wire/exchange';
import { createUndiciClient } from '#src/backends/wire/undici-client';
import { realClock } from '../wire/real-clock.js';

const ADDRESSES = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
const names: Names = {
  bySystem: () => Promise.resolve(ADDRESSES),
  byNameServer: () => Promise.resolve({ addresses: [], ttlMs: 0 }),
  cancel: () => undefined,
};
const open: { close(): unknown }[] = [];

afterEach(() => {
  for (const one of open.splice(0).reverse()) one.close();
});

/** One service at each address, on the same port, and how many requests each had. */
async function services(create: (answer: () => void) => Server): Promise<{ port: number; requests: number[] }> {
  const requests = ADDRESSES.map(() => 0);
  let port = 0;
  for (const [i, address] of ADDRESSES.entries()) {
    const server = create(() => (requests[i] = (requests[i] ?? 0) + 1));
    await new Promise<void>((resolve) => server.listen(port, address, resolve));
    port = (server.address() as AddressInfo).port;
    open.push(server);
  }
  return { port, requests };
}

/** Sends as many at once, and reports what came back. */
function answers(count: number, send: (sending: Sending, seq: number) => void): Promise<string[]> {
  return new Promise((resolve) => {
    const kinds: string[] = [];
    const told = (_call: unknown, { kind }: Result): void => {
      if (kinds.push(kind) === count) resolve(kinds);
    };
    for (let seq = 0; seq < count; seq++) send({ method: 'GET', collectBody: false, told }, seq);
  });
}

const call = { onAbort: () => undefined } as never;

it('connections of client=undici take the addresses of a name in turn', async () => {
  const { port, requests } = await services((count) =>
    createServer((_request, response) => {
      count();
      setTimeout(() => response.end('ok'), 50);
    }),
  );
  const client = createUndiciClient({
    ...{ url: new URL(`http://spread.test:${String(port)}/`), connect: PLAIN_CONNECT, connections: null, proxy: null },
    ...{ bodyLimitBytes: 100, idleMs: null, keepHeaders: [], clock: realClock(), names },
  });
  open.push(client);
  const kinds = await answers(9, (sending) => {
    client.send({ method: 'GET', path: '/', headers: [], body: null }, sending, call);
  });
  expect(kinds).toEqual(Array.from({ length: 9 }, () => 'answer'));
  expect(requests).toEqual([3, 3, 3]);
});

it('connections of HTTP/2 take the addresses of a name in turn', async () => {
  const { port, requests } = await services(
    (count) =>
      createHttp2Server({ settings: { maxConcurrentStreams: 2 } }, (_request, response) => {
        count();
        setTimeout(() => response.end('ok'), 50);
      }) as unknown as Server,
  );
  const wire = new LanePool({
    ...{
      url: new URL(`http://spread.test:${String(port)}/`),
      connect: PLAIN_CONNECT,
      priorKnowledge: true,
      connections: 3,
    },
    ...{ limits: { bodyBytes: 100, keepHeaders: [] }, idleMs: null, clock: realClock(), names },
  });
  open.push(wire);
  await wire.open(new AbortController().signal);
  const headers = { ':method': 'GET', ':scheme': 'http', ':path': '/', ':authority': 'spread.test' };
  const forms = { bytes: () => new Uint8Array(0), fields: () => ({ headers, body: null }) };
  const kinds = await answers(6, (sending, seq) => {
    wire.send(forms, seq, sending, call);
  });
  expect(kinds).toEqual(Array.from({ length: 6 }, () => 'answer'));
  expect(requests).toEqual([2, 2, 2]);
});
