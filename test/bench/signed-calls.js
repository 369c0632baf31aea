// CPU and time per Lambda call, closed loop over 32 lanes: the backend beside the vendor's client, in turns, medians.
// Run: node test/bench/signed-calls.js [calls per round] [rounds] [--quick]. The server is a process of its own.
import { fork } from 'node:child_process';
import { createServer } from 'node:net';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import lambda from '#src/backends/lambda';
import { median, printBench, spread } from '../support/bench-table.js';

const LANES = 32;
const BODY = Buffer.from('{"instances":[[0.5]]}');
const LOG = `START RequestId: 5f1c Version: $LATEST\n${'a line of the function\n'.repeat(20)}END RequestId: 5f1c\nREPORT RequestId: 5f1c\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 2048 MB\tMax Memory Used: 180 MB\t\n`;

if (process.argv[2] === 'serve') serve();
else {
  await printBench(import.meta.url, ({ quick, numbers: [calls = quick ? 2000 : 20_000, rounds = quick ? 1 : 5] }) =>
    compare(calls, rounds, quick),
  );
  process.exit();
}

function serve() {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 23\r\nx-amzn-requestid: 5f1c\r\nx-amz-executed-version: $LATEST\r\nx-amz-log-result: ${Buffer.from(LOG).toString('base64')}\r\n\r\n`;
  const answer = Buffer.from(`${head}{"predictions":[[0.5]]}`);
  const server = createServer({ noDelay: true }, (socket) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0 || text.length < end + 4 + BODY.length) return;
      text = '';
      socket.write(answer);
    });
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
}

async function compare(calls, rounds, quick) {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' });
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const server = fork(new URL(import.meta.url), ['serve']);
  const port = await new Promise((resolve) => server.once('message', resolve));
  const url = `http://127.0.0.1:${port}`;
  const clients = { lean: [await lean(url), calls], vendor: [vendor(url), Math.ceil(calls / 20)] };
  const results = { lean: [], vendor: [] };
  for (const [send, count] of Object.values(clients)) await closedLoop(send, count);
  for (let round = 0; round < rounds; round++) {
    for (const [name, [send, count]] of Object.entries(clients)) results[name].push(await closedLoop(send, count));
  }
  server.disconnect();
  const perSecond = (all) => all.map(({ wallUs }) => 1e6 / wallUs);
  const rows = Object.entries(results).map(([name, all]) => ({
    measure: `CPU per Lambda call, closed loop over ${LANES} lanes, ${name}`,
    figure: `${spread(
      all.map(({ cpuUs }) => cpuUs),
      1,
    )} us`,
    note: `${spread(perSecond(all), 0)} calls/s`,
  }));
  const cpuUs = (name) => median(results[name].map((one) => one.cpuUs));
  const ratio = cpuUs('vendor') / cpuUs('lean');
  const held = median(perSecond(results.lean));
  return [
    ...rows,
    {
      measure: "the vendor's client, times the CPU of ours",
      figure: ratio.toFixed(1),
      ...judged('20', ratio >= 20, quick),
    },
    { measure: 'signed Lambda calls/s', figure: held.toFixed(0), ...judged('15000', held >= 15_000, quick) },
  ];
}

function judged(goal, held, quick) {
  return { goal: `at least ${goal}`, ...(quick ? { note: 'a smoke run judges nothing' } : { held }) };
}

async function lean(url) {
  const payloads = [{ kind: 'bytes', contentType: 'application/json', bytes: BODY }];
  const options = lambda.parseOptions({
    function: 'f',
    region: 'us-east-1',
    endpointUrl: url,
    connections: String(LANES),
  });
  const clock = { now: () => performance.now() };
  const context = { clock, payloads, worker: 0, workers: 1, runId: 'bench', seed: 1, virtual: false };
  const backend = await lambda.create(options, context);
  const signal = new AbortController().signal;
  await backend.prepare(signal);
  const call = { seq: 0, dueMs: 0, handedMs: 0, payload: 0, signal, onAbort: () => undefined };
  return async () => {
    const outcome = await backend.invoke(call);
    if (outcome.usage?.billedMs !== 13) throw new Error(JSON.stringify(outcome));
  };
}

function vendor(endpoint) {
  const client = new LambdaClient({ region: 'us-east-1', endpoint, maxAttempts: 1 });
  return async () => {
    const { StatusCode } = await client.send(new InvokeCommand({ FunctionName: 'f', LogType: 'Tail', Payload: BODY }));
    if (StatusCode !== 200) throw new Error(String(StatusCode));
  };
}

async function closedLoop(send, calls) {
  let left = calls;
  const lane = async () => {
    while (left-- > 0) await send();
  };
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: LANES }, lane));
  const used = process.cpuUsage(cpu);
  return { cpuUs: (used.user + used.system) / calls, wallUs: ((performance.now() - start) * 1000) / calls };
}
