import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openMetricsServer, type MetricsServer } from '#src/metrics/metrics-server';
import { refusedHost } from '#src/text/refused-host';
import { get, post, served, type Served } from './served.js';
import { slowly } from './tiny-models.js';

const LIMITS = { headersMs: 300, requestMs: 800, stallMs: 400, keepAliveMs: 400 };
const BODY = { instances: [[1]] };
const PLACES = 3;

let server: Served;
let metrics: MetricsServer;
beforeAll(async () => {
  server = await served(slowly(10), { queue: PLACES - 1, limits: LIMITS });
  const exposition = () => Promise.resolve({ contentType: 'text/plain', text: 'x 1\n' });
  metrics = await openMetricsServer('127.0.0.1', 0, exposition, { requestMs: 400, idleMs: 400 });
});
afterAll(async () => {
  metrics.close();
  await server.stop();
});

function opened(url: string): Socket {
  const { port, hostname } = new URL(url);
  return connect(Number(port), hostname).on('error', () => undefined);
}

/** Resolves with all that came when the other side has closed the connection. */
async function untilClosed(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
  await once(socket, 'close');
  return text;
}

const half = (host = 'localhost'): string =>
  `POST ${new URL(server.modelUrl).pathname}:predict HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 1000\r\n\r\n{"inst`;

it('bodies that stop half-way give their places back', async () => {
  const sockets = Array.from({ length: PLACES }, () => opened(server.url));
  const closed = sockets.map(untilClosed);
  for (const socket of sockets) socket.write(half());
  await Promise.all(closed);
  expect((await post(`${server.modelUrl}:predict`, BODY)).status).toBe(200);
});

it('a body that trickles is cut off as well', async () => {
  const socket = opened(server.url);
  const closed = untilClosed(socket);
  socket.write(half());
  const trickling = setInterval(() => socket.write('1'), 50);
  await closed;
  clearInterval(trickling);
});

it.each([
  ['nothing', ''],
  ['half a head', 'GET /v1/models/x HTTP/1.1\r\nhost: loc'],
  ['one request, and then nothing', 'GET /v2 HTTP/1.1\r\nhost: localhost\r\n\r\n'],
])('a connection that sends %s is closed', async (_, text) => {
  for (const url of [server.url, metrics.url]) {
    const socket = opened(url);
    const closed = untilClosed(socket);
    socket.write(text);
    await closed;
  }
});

it('a gRPC connection without a call is closed, also one that never speaks', async () => {
  const socket = opened(`http://${server.grpc}`);
  await untilClosed(socket);
});

it('a scrape is answered however many connections are idle', async () => {
  const idle = Array.from({ length: 100 }, () => opened(metrics.url));
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  const answer = await fetch(metrics.url);
  expect([answer.status, await answer.text()]).toEqual([200, 'x 1\n']);
  for (const socket of idle) socket.destroy();
});

it('answers to the names of this machine only', async () => {
  expect((await get(`${server.url}/v2`)).status).toBe(200);
  for (const url of [server.url, metrics.url]) {
    const socket = opened(url);
    const closed = untilClosed(socket);
    socket.write('GET /metrics HTTP/1.1\r\nhost: rebound.example:8501\r\n\r\n');
    const text = await closed;
    expect(text).toMatch(/^HTTP\/1\.1 421 /);
    expect(text).toContain('answers to localhost, 127.0.0.1 and [::1] only, not to rebound.example:8501');
  }
});

it.each([
  ['localhost:8501', '127.0.0.1', true],
  ['LOCALHOST', '::1', true],
  ['[::1]:80', '127.0.0.1', true],
  ['127.0.0.1', '127.0.0.1', true],
  ['127.0.0.1.evil.example', '127.0.0.1', false],
  ['localhost.evil.example', '127.0.0.1', false],
  ['evil.example:127', '127.0.0.1', false],
  ['localhost:x', '127.0.0.1', false],
  ['', '127.0.0.1', false],
  [undefined, 'localhost', false],
  ['models.example', '0.0.0.0', true],
  ['models.example', '10.0.0.7', true],
])('host %s on %s: %s', (host, address, isTaken) => {
  expect(refusedHost(host, address) === undefined).toBe(isTaken);
});
