// CPU per request over HTTP/2 without TLS, closed loop, 32 requests at a time on one connection: the wire beside undici and
// h2load, in turns, medians. Wants nginx, which answers. Run: node test/bench/http2.js [requests per round] [rounds] [--quick].
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { H2CClient } from 'undici';
import { LanePool } from '#src/backends/http/lane-pool';
import { printBench, spread } from '../support/bench-table.js';

const LANES = 32;
const BODY = Buffer.from('{"instances":[[0.5]]}');

await printBench(import.meta.url, ({ quick, numbers: [requests = quick ? 1000 : 20_000, rounds = quick ? 1 : 5] }) =>
  compare(requests, rounds),
);
process.exit();

async function compare(requests, rounds) {
  const nginx = await startNginx();
  if (nginx === undefined)
    return [{ measure: 'CPU per request over HTTP/2', figure: 'not measured', note: 'nginx is missing' }];
  const clients = {
    'lean, HTTP/2': inThisProcess(wire(nginx.url)),
    'undici, HTTP/2': inThisProcess(undici(nginx.url)),
    h2load: (count) => h2load(nginx, count),
  };
  const results = Object.fromEntries(Object.keys(clients).map((name) => [name, []]));
  for (const measure of Object.values(clients)) await measure(requests);
  for (let round = 0; round < rounds; round++)
    for (const [name, measure] of Object.entries(clients)) results[name].push(await measure(requests));
  nginx.stop();
  return Object.entries(results).map(([name, all]) => ({
    measure: `CPU per request, closed loop, ${LANES} at a time on one connection, ${name}`,
    figure: `${spread(all, 1)} us`,
  }));
}

async function startNginx() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-http2-'));
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log; events {}
     http { access_log off; keepalive_requests 100000000; ${places.join(' ')}
       server { listen 127.0.0.1:${port} http2; location / { return 200 '{"predictions":[[0.5]]}'; } } }`,
  );
  const nginx = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  const started = await new Promise((resolve) => {
    nginx.once('error', () => resolve(false));
    setTimeout(() => resolve(true), 500);
  });
  if (!started) return undefined;
  const stop = () => {
    nginx.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const bodyFile = join(folder, 'body');
  writeFileSync(bodyFile, BODY);
  return { url: new URL(`http://127.0.0.1:${port}/v1/models/m:predict`), bodyFile, stop };
}

function wire(url) {
  const clock = { now: () => performance.now() };
  const limits = { bodyBytes: 1e6, keepHeaders: [] };
  const wire = new LanePool({ url, tls: {}, priorKnowledge: true, connections: 1, limits, idleMs: null, clock });
  const headers = {
    ...{ ':method': 'POST', ':scheme': 'http', ':path': url.pathname, ':authority': url.host },
    ...{ 'content-type': 'application/json', 'content-length': String(BODY.length) },
  };
  const forms = { bytes: () => BODY, fields: () => ({ headers, body: BODY }) };
  const told = ({ resolve, reject }, answer) => {
    if (answer.status === 200) resolve();
    else reject(new Error(`${answer.kind} ${answer.status} ${answer.detail}`));
  };
  const sending = { method: 'POST', collectBody: false, told };
  return (seq) =>
    new Promise((resolve, reject) => {
      wire.send(forms, seq, sending, { resolve, reject, onAbort: () => undefined });
    });
}

function undici(url) {
  const client = new H2CClient(url.origin, { maxConcurrentStreams: 100, pipelining: 100 });
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', path: url.pathname, headers, body: BODY, idempotent: true };
  return () =>
    new Promise((resolve, reject) => {
      client.dispatch(request, {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: resolve,
        onResponseError: (_controller, error) => reject(error),
      });
    });
}

function inThisProcess(send) {
  return async (requests) => {
    let left = requests;
    const lane = async () => {
      while (left-- > 0) await send(left);
    };
    const before = process.cpuUsage();
    await Promise.all(Array.from({ length: LANES }, lane));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / requests;
  };
}

/** bash reports what its child used. */
async function h2load({ url, bodyFile }, requests) {
  const command = `TIMEFORMAT='%U %S'; time h2load -n ${requests} -c 1 -m ${LANES} -d ${bodyFile} ${url.href} >/dev/null`;
  const { stderr } = await promisify(execFile)('bash', ['-c', command]);
  const [user, system] = stderr.trim().split(' ').slice(-2).map(Number);
  return ((user + system) * 1e6) / requests;
}
