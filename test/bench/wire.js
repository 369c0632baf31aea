// CPU and time per request, closed loop over 32 connections: the lean wire beside undici, in turns, medians.
// Run: node test/bench/wire.js [requests per round] [rounds] [--quick]. The server is a process of its own.
import { fork } from 'node:child_process';
import { createServer } from 'node:net';
import { Pool } from 'undici';
import { createWire } from '#src/backends/wire/http1-wire';
import { requestBytes } from '#src/backends/wire/request-bytes';
import { printBench, spread } from '../support/bench-table.js';

const LANES = 32;
const BODY = Buffer.from('{"instances":[[0.5]]}');

if (process.argv[2] === 'serve') serve();
else {
  await printBench(import.meta.url, ({ quick, numbers: [requests = quick ? 2000 : 40_000, rounds = quick ? 1 : 5] }) =>
    compare(requests, rounds),
  );
  process.exit();
}

function serve() {
  const answer = Buffer.from(
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 23\r\nserver: bench\r\n\r\n{"predictions":[[0.5]]}',
  );
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('data', () => socket.write(answer));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
}

async function compare(requests, rounds) {
  const server = fork(new URL(import.meta.url), ['serve']);
  const port = await new Promise((resolve) => server.once('message', resolve));
  const url = new URL(`http://127.0.0.1:${port}/v1/models/m:predict`);
  const clients = { lean: await lean(url), undici: undici(url) };
  const results = Object.fromEntries(Object.keys(clients).map((name) => [name, []]));
  for (const send of Object.values(clients)) await closedLoop(send, requests);
  for (let round = 0; round < rounds; round++) {
    for (const [name, send] of Object.entries(clients)) results[name].push(await closedLoop(send, requests));
  }
  server.disconnect();
  return Object.entries(results).map(([name, all]) => ({
    measure: `CPU per request, closed loop over ${LANES} connections, ${name}`,
    figure: `${spread(
      all.map(({ cpuUs }) => cpuUs),
      1,
    )} us`,
    note: `${spread(
      all.map(({ wallUs }) => 1e6 / wallUs),
      0,
    )} requests/s`,
  }));
}

async function lean(url) {
  const clock = { now: () => performance.now() };
  const wire = createWire({ url, connections: { initial: LANES, max: LANES }, clock });
  const bytes = requestBytes({
    method: 'POST',
    path: url.pathname,
    headers: [
      ['host', url.host],
      ['content-type', 'application/json'],
      ['content-length', String(BODY.length)],
    ],
    body: BODY,
  });
  await wire.open(new AbortController().signal);
  const told = ({ resolve, reject }, answer) => {
    if (answer.status === 200) resolve();
    else reject(new Error(`${answer.kind} ${answer.status} ${answer.detail}`));
  };
  const sending = { method: 'POST', collectBody: false, told };
  return (seq) =>
    new Promise((resolve, reject) => {
      wire.send(bytes(seq), sending, { resolve, reject, onAbort: () => undefined });
    });
}

function undici(url) {
  const pool = new Pool(url.origin, { connections: LANES, pipelining: 1 });
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', path: url.pathname, headers, body: BODY };
  return () =>
    new Promise((resolve, reject) => {
      pool.dispatch(request, {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: resolve,
        onResponseError: (_controller, error) => reject(error),
      });
    });
}

async function closedLoop(send, requests) {
  let left = requests;
  const lane = async () => {
    while (left-- > 0) await send(left);
  };
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: LANES }, lane));
  const used = process.cpuUsage(cpu);
  return { cpuUs: (used.user + used.system) / requests, wallUs: ((performance.now() - start) * 1000) / requests };
}
