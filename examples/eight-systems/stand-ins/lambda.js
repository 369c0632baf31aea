// Invoke of AWS Lambda over HTTP, before @vercel/fun: it starts a process for each invocation that finds none idle, and
// freezes it (SIGSTOP) in between. What fun does not tell is added here: the log with its REPORT line, and refusals.
import { randomUUID } from 'node:crypto';
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { answerJson, bodyOf, openHttpService } from './http-service.js';

const TAIL_BYTES = 4096;
/** Fun makes no more environments. */
const MOST = 10;

/** `folder`: of the function, built; `env`: its variables; `most`: invocations at once, up to 10. */
export async function open({ folder, handler = 'dist/lambda.handler', env = {}, memoryMb = 2048, most = MOST }) {
  const cache = mkdtempSync(join(tmpdir(), 'fun-'));
  process.env.XDG_CACHE_HOME = cache;
  process.env.PATH = dirname(process.execPath) + delimiter + process.env.PATH;
  const environments = watchEnvironments();
  const fn = await environments.createFunction({
    Code: { Directory: folder },
    Handler: handler,
    Runtime: 'nodejs',
    MemorySize: memoryMb,
    Timeout: 60,
    AccessKeyId: 'none',
    SecretAccessKey: 'none',
    Environment: { Variables: env },
  });
  environments.join(fn.provider.pool);
  const counts = { invocations: 0, refused: 0 };
  let running = 0;
  const service = await openHttpService(async (request, response) => {
    const body = await bodyOf(request);
    const [, name, what] = /^\/[\d-]+\/functions\/([^/?]+)\/(\w+)/.exec(request.url) ?? [];
    if (what === 'configuration')
      return answerJson(response, { FunctionName: name, MemorySize: memoryMb, Architectures: ['x86_64'] });
    if (what === 'concurrency') return answerJson(response, { ReservedConcurrentExecutions: most });
    if (what !== 'invocations') return refuse(response, 404, 'ResourceNotFoundException', {});
    if (running >= most) {
      counts.refused++;
      return refuse(response, 429, 'TooManyRequestsException', {
        Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      });
    }
    counts.invocations++;
    running++;
    try {
      const { result, log } = await invoke(fn, environments, body, memoryMb);
      const isTail = request.headers['x-amz-log-type'] === 'Tail';
      const bytes = Buffer.from(result.Payload);
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': bytes.length,
        ...(result.FunctionError === undefined ? {} : { 'x-amz-function-error': 'Unhandled' }),
        ...(isTail ? { 'x-amz-log-result': log.subarray(-TAIL_BYTES).toString('base64') } : {}),
      });
      response.end(bytes);
    } finally {
      running--;
    }
  });
  return {
    url: service.url,
    counts: () => ({ ...counts, environments: environments.started, used: environments.used }),
    async close() {
      service.close();
      environments.hush();
      await fn.destroy();
      rmSync(cache, { recursive: true, force: true });
    },
  };
}

function refuse(response, status, type, fields) {
  answerJson(response, { Type: 'User', message: type, ...fields }, status, { 'x-amzn-errortype': type });
}

/**
 * Sees the processes that fun starts: when they came up, and what they print, which fun lets through to its own output.
 * `run` tells in which of them an invocation was.
 */
function watchEnvironments() {
  const require = createRequire(import.meta.url);
  const childProcess = require('node:child_process');
  const { createFunction, providers } = require('@vercel/fun');
  const known = new Map();
  let isQuiet = false;
  const calls = new AsyncLocalStorage();
  const { spawn } = childProcess;
  childProcess.spawn = (bin, args, options) => {
    const child = spawn(bin, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stderr.on('data', (bytes) => isQuiet || process.stderr.write(bytes));
    const environment = { startedMs: performance.now(), readyMs: NaN, printed: [], isNew: true };
    child.stdout.on('data', (bytes) => environment.printed.push(bytes));
    known.set(child, environment);
    return child;
  };
  const { createProcess } = providers.native.prototype;
  providers.native.prototype.createProcess = async function () {
    const child = await createProcess.call(this);
    void this.runtimeApis.get(child).initDeferred.promise.then(() => {
      known.get(child).readyMs = performance.now();
    });
    return child;
  };
  return {
    createFunction,
    /** What hangs up while it is stopped is no news. */
    hush() {
      isQuiet = true;
    },
    get started() {
      return known.size;
    },
    /** Where somebody else was faster, one that was started waits for its first invocation. */
    get used() {
      return [...known.values()].filter(({ isNew }) => !isNew).length;
    },
    join(pool) {
      const acquire = pool.acquire.bind(pool);
      pool.acquire = async () => {
        const child = await acquire();
        Object.assign(calls.getStore(), { child, environment: known.get(child), acquiredMs: performance.now() });
        return child;
      };
    },
    async run(work) {
      const call = {};
      const result = await calls.run(call, work);
      return { ...call, result };
    },
  };
}

async function invoke(fn, environments, body, memoryMb) {
  const payload = body.length === 0 ? '{}' : body.toString('utf8');
  const { result, child, environment, acquiredMs } = await environments.run(() =>
    fn.invoke({ InvocationType: 'RequestResponse', Payload: payload }),
  );
  const doneMs = performance.now();
  // What it printed is in the pipe by now, and read within a turn or two.
  await turn();
  await turn();
  const initMs = environment.isNew ? environment.readyMs - environment.startedMs : NaN;
  const durationMs = doneMs - (environment.isNew ? environment.readyMs : acquiredMs);
  environment.isNew = false;
  const printed = Buffer.concat(environment.printed.splice(0));
  return {
    result,
    log: Buffer.concat(logLines(printed, { durationMs, initMs, memoryMb, maxMemoryMb: peakMb(child) })),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html; since 2025-08 the bill holds the start. */
function logLines(printed, { durationMs, initMs, memoryMb, maxMemoryMb }) {
  const id = randomUUID();
  const billedMs = Math.ceil(durationMs + (initMs || 0));
  const fields = [
    `REPORT RequestId: ${id}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${maxMemoryMb} MB`,
    ...(Number.isNaN(initMs) ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
  ];
  return [
    Buffer.from(`START RequestId: ${id} Version: $LATEST\n`),
    printed,
    Buffer.from(`END RequestId: ${id}\n${fields.join('\t')}\t\n`),
  ];
}

/** Where the system tells it. */
function peakMb({ pid }) {
  try {
    const [, kb] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.ceil(Number(kb ?? 0) / 1024);
  } catch {
    return 0;
  }
}
