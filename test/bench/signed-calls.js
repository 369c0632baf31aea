// CPU and time per Lambda and SageMaker call, closed loop over 32 lanes: the backend beside the vendor's client, in turns,
// medians. Run: node test/bench/signed-calls.js [calls per round] [rounds] [--quick]. The server is a process of its own.
import { fork } from 'node:child_process';
import { createServer } from 'node:net';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import lambda from '#src/backends/lambda';
import sagemaker from '#src/backends/sagemaker';
import { invoked } from '#src/backends/invoked';
import { median, printBench, spread } from '../support/bench-table.js';

const LANES = 32;
const BODY = Buffer.from('{"instances":[[0.5]]}');
const LOG = `START RequestId: 5f1c Version: $LATEST\n${'a line of the function\n'.repeat(20)}END RequestId: 5f1c\nREPORT RequestId: 5f1c\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 2048 MB\tMax Memory Used: 180 MB\t\n`;

/** Of each service: our backend, the vendor's call, and what both must have got. */
const SERVICES = {
  Lambda: {
    plugin: lambda,
    named: { function: 'f' },
    understood: ({ usage }) => usage?.billedMs === 13,
    vendor(settings) {
      const client = new LambdaClient(settings);
      const command = () => new InvokeCommand({ FunctionName: 'f', LogType: 'Tail', Payload: BODY });
      return async () => (await client.send(command())).StatusCode;
    },
    goalPerSecond: 15_000,
  },
  SageMaker: {
    plugin: sagemaker,
    named: { endpoint: 'e' },
    understood: ({ ok }) => ok,
    vendor(settings) {
      const client = new SageMakerRuntimeClient(settings);
      const command = () =>
        new InvokeEndpointCommand({ EndpointName: 'e', ContentType: 'application/json', Body: BODY });
      return async () => (await client.send(command())).$metadata.httpStatusCode;
    },
  },
};

if (process.argv[2] === 'serve') serve();
else {
  await printBench(import.meta.url, ({ quick, numbers: [calls = quick ? 2000 : 20_000, rounds = quick ? 1 : 5] }) =>
    compareAll(calls, rounds, quick),
  );
  process.exit();
}

function serve() {
  const predictions = '{"predictions":[[0.5]]}';
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${predictions.length}\r\nx-amzn-requestid: 5f1c\r\n`;
  const log = `x-amz-executed-version: $LATEST\r\nx-amz-log-result: ${Buffer.from(LOG).toString('base64')}\r\n`;
  const [short, logged] = ['', log].map((more) => Buffer.from(`${head}${more}\r\n${predictions}`));
  const server = createServer({ noDelay: true }, (socket) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0 || text.length < end + 4 + BODY.length) return;
      socket.write(text.startsWith('POST /endpoints/') ? short : logged);
      text = '';
    });
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
}

async function compareAll(calls, rounds, quick) {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' });
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const server = fork(new URL(import.meta.url), ['serve']);
  const port = await new Promise((resolve) => server.once('message', resolve));
  const rows = [];
  for (const [name, service] of Object.entries(SERVICES))
    rows.push(...(await compare(name, service, `http://127.0.0.1:${port}`, { calls, rounds, quick })));
  server.disconnect();
  return rows;
}

async function compare(service, { plugin, named, understood, vendor, goalPerSecond }, url, { calls, rounds, quick }) {
  const clients = {
    lean: [await lean(plugin, named, understood, url), calls],
    vendor: [checked(vendor({ region: 'us-east-1', endpoint: url, maxAttempts: 1 })), Math.ceil(calls / 20)],
  };
  const results = { lean: [], vendor: [] };
  for (const [send, count] of Object.values(clients)) await closedLoop(send, count);
  for (let round = 0; round < rounds; round++) {
    for (const [name, [send, count]] of Object.entries(clients)) results[name].push(await closedLoop(send, count));
  }
  const perSecond = (all) => all.map(({ wallUs }) => 1e6 / wallUs);
  const rows = Object.entries(results).map(([name, all]) => ({
    measure: `CPU per ${service} call, closed loop over ${LANES} lanes, ${name}`,
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
      measure: `the vendor's client of ${service}, times the CPU of ours`,
      figure: ratio.toFixed(1),
      ...judged('20', ratio >= 20, quick),
    },
    {
      measure: `signed ${service} calls/s`,
      figure: held.toFixed(0),
      ...(goalPerSecond === undefined ? {} : judged(String(goalPerSecond), held >= goalPerSecond, quick)),
    },
  ];
}

function judged(goal, held, quick) {
  return { goal: `at least ${goal}`, ...(quick ? { note: 'a smoke run judges nothing' } : { held }) };
}

async function lean(plugin, named, understood, url) {
  const payloads = [{ kind: 'bytes', contentType: 'application/json', bytes: BODY }];
  const options = plugin.parseOptions({ ...named, region: 'us-east-1', endpointUrl: url, connections: String(LANES) });
  const clock = { now: () => performance.now() };
  const context = { clock, payloads, worker: 0, workers: 1, runId: 'bench', seed: 1, virtual: false };
  const backend = await plugin.create(options, context);
  const signal = new AbortController().signal;
  await backend.prepare(signal);
  const call = { seq: 0, dueMs: 0, handedMs: 0, payload: 0, signal, onAbort: () => undefined };
  return async () => {
    const outcome = await invoked(
      (whole) => backend.invoke(whole),
      (settle) => ({ ...call, settle }),
    );
    if (!understood(outcome)) throw new Error(JSON.stringify(outcome));
  };
}

function checked(send) {
  return async () => {
    const status = await send();
    if (status !== 200) throw new Error(String(status));
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
