// CPU per predict call: REST over the lean wire and gRPC as the backend ai-platform does them, beside Google's own client,
// closed loop over 16 lanes, in turns, medians. The goal: REST at least 8 times cheaper than Google's client.
// Run: node test/bench/vertex-calls.js [calls per round] [rounds] [--quick]. The servers are a process of their own.
import * as grpc from '@grpc/grpc-js';
import { fork } from 'node:child_process';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer } from 'node:net';
import aiPlatform from '#src/backends/ai-platform';
import { invoked } from '#src/backends/invoked';
import { median, printBench, spread } from '../support/bench-table.js';

const LANES = 16;
const NAME = 'projects/p/locations/us-central1/endpoints/42';
const INSTANCES = [[0.5, 1.5, 2.5, 3.5]];
const PAYLOAD = {
  kind: 'bytes',
  contentType: 'application/json',
  bytes: Buffer.from(JSON.stringify({ instances: INSTANCES })),
};

if (process.argv[2] === 'serve') await serve();
else {
  await printBench(import.meta.url, ({ quick, numbers: [calls = quick ? 500 : 4000, rounds = quick ? 1 : 5] }) =>
    compare(calls, rounds, quick),
  );
  process.exit();
}

async function serve() {
  const body = '{"predictions":[[0.5]],"deployedModelId":"1"}';
  const answer = Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  const rest = createServer({ noDelay: true }, (socket) => {
    socket.on('data', () => socket.write(answer));
    socket.on('error', () => undefined);
  });
  const http2 = createHttp2Server();
  http2.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.resume();
    stream.end(Buffer.alloc(5));
  });
  for (const server of [rest, http2]) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.send({ rest: rest.address().port, grpc: http2.address().port });
  process.on('disconnect', () => process.exit());
}

async function compare(calls, rounds, quick) {
  const server = fork(new URL(import.meta.url), ['serve']);
  const ports = await new Promise((resolve) => server.once('message', resolve));
  const clients = {
    'rest, lean': await ours({ transport: 'rest' }, ports.rest),
    'grpc, ours': await ours({ transport: 'grpc' }, ports.grpc),
    'grpc, Google': await googles(ports.grpc),
  };
  const results = Object.fromEntries(Object.keys(clients).map((name) => [name, []]));
  for (const send of Object.values(clients)) await closedLoop(send, calls);
  for (let round = 0; round < rounds; round++) {
    for (const [name, send] of Object.entries(clients)) results[name].push(await closedLoop(send, calls));
  }
  server.disconnect();
  const rows = Object.entries(results).map(([name, all]) => ({
    measure: `CPU per predict call, closed loop over ${LANES} lanes, ${name}`,
    figure: `${spread(all, 1)} us`,
  }));
  const ratio = median(results['grpc, Google']) / median(results['rest, lean']);
  const judged = quick ? { note: 'a smoke run judges nothing' } : { held: ratio >= 8 };
  const measure = "Google's gRPC client, times the CPU of REST";
  return [...rows, { measure, figure: ratio.toFixed(1), goal: 'at least 8', ...judged }];
}

async function ours(raw, port) {
  const parsed = aiPlatform.parseOptions({ endpoint: NAME, endpointUrl: `http://127.0.0.1:${port}`, ...raw });
  const payloads = [PAYLOAD];
  const { signal } = new AbortController();
  const { options } = await aiPlatform.setUp(parsed, {
    payloads,
    mostInFlight: 1000,
    progress: () => undefined,
    env: {},
    signal,
  });
  const clock = { now: () => performance.now(), until: () => new Promise(() => undefined) };
  const backend = await aiPlatform.create(options, { clock, payloads, worker: 0, workers: 1 });
  await backend.prepare(signal);
  const call = { payload: 0, onAbort: () => undefined };
  return async (seq) => {
    const outcome = await invoked(
      (whole) => backend.invoke(whole),
      (settle) => ({ ...call, seq, settle }),
    );
    if (!outcome.ok) throw new Error(JSON.stringify(outcome));
  };
}

async function googles(port) {
  const { v1, helpers } = await import('@google-cloud/aiplatform');
  const auth = { getUniverseDomain: () => Promise.resolve('googleapis.com') };
  const sslCreds = grpc.credentials.createInsecure();
  const client = new v1.PredictionServiceClient({ apiEndpoint: '127.0.0.1', port, sslCreds, auth });
  const request = { endpoint: NAME, instances: INSTANCES.map((instance) => helpers.toValue(instance)) };
  return () => client.predict(request);
}

/** CPU of this process, us a call. */
async function closedLoop(send, calls) {
  let left = calls;
  const lane = async () => {
    while (left-- > 0) await send(left);
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: LANES }, lane));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}
