import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RawOptions } from '#src/backends/backend';
import lambda from '#src/backends/lambda';
import { check, type CheckRequest } from '#src/check/check';
import type { CheckStep } from '#src/check/check-step';
import type { Payload } from '#src/trace';
import { CREDENTIALS, type FakeAnswer, type FakeAws, isolateAws, logTail, startFakeAws } from '../support/fake-aws.js';
import { restoreEnvironment, serveHttp, serveMetadata } from '../support/fake-google.js';
import { goneServiceUrl } from '../support/loopback-service.js';
import { json } from '../support/prepared-backend.js';
import { ROOT, runCli } from '../support/run-cli.js';

const environment = { ...process.env };
const open: { close(): void | Promise<void> }[] = [];
beforeEach(() => {
  isolateAws();
});
afterEach(async () => {
  restoreEnvironment(environment);
  for (const one of open.splice(0).reverse()) await one.close();
});

function kept<T extends { close(): void | Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

async function fakeAws(answer: (target: string) => FakeAnswer): Promise<FakeAws> {
  return kept(
    await startFakeAws(
      ({ target, headers }) => answer(headers['x-amz-target'] ?? target),
      () => [CREDENTIALS],
    ),
  );
}

async function fakeHttp(
  answer: (authorization: string, method: string) => [status: number, body: string],
): Promise<string> {
  const { port } = kept(
    await serveHttp((request, response) => {
      const [status, body] = answer(request.headers.authorization ?? '', request.method ?? '');
      request.resume().on('end', () => response.writeHead(status).end(body));
    }),
  );
  return `http://127.0.0.1:${String(port)}`;
}

const ONE: readonly Payload[] = [json('[[1.5]]')];

async function checked(backend: string, backendOptions: RawOptions, change: Partial<CheckRequest> = {}) {
  const silent = { say: () => undefined, tell: () => undefined, stop: new AbortController().signal };
  const window = { fromMs: 0, toMs: Infinity, speed: 1 };
  const steps = await check(
    { backend, backendOptions, payloads: ONE, ...window, timeoutMs: 3000, sends: true, ...change },
    { folder: ROOT, env: process.env, ...silent },
  );
  return (name: string): CheckStep | undefined => steps.find((step) => step.name === name);
}

function isFine(step: (name: string) => CheckStep | undefined, name: string, text: RegExp): void {
  expect(step(name)).toMatchObject({ state: 'ok', text: expect.stringMatching(text) as string });
}

function hasFailed(step: (name: string) => CheckStep | undefined, name: string, text: RegExp): void {
  expect(step(name)).toMatchObject({ state: 'failed', text: expect.stringMatching(text) as string });
}

describe('the command', () => {
  it('sends one request, and reports calls and cost of the trace by what that one used', async () => {
    const server = await fakeAws((target) =>
      target.endsWith('/invocations')
        ? { body: '{"predictions":[[0.5]],"\\u001b":1}', headers: logTail({ durationMs: 17.31, billedMs: 18 }) }
        : { body: '{"MemorySize":2048,"ReservedConcurrentExecutions":40}' },
    );
    const options = ['--set', 'function=f', '--set', `endpointUrl=${server.url}`, '--body', '[[1.5]]'];
    const { code, stdout, stderr } = await runCli([
      'check',
      'traces/workload-40.json',
      '--backend',
      'lambda',
      ...options,
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => line.split(/ +/, 2).join(' '))).toEqual(
      ['options', 'credentials', 'set-up', 'address', 'probe', 'payloads', 'request', 'calls', 'cost'].map(
        (name) => `ok ${name}`,
      ),
    );
    expect(stdout).toMatch(/probe +40 x reserved-concurrency/);
    expect(stdout).toMatch(/payload 0 of 21 bytes of the 6291456 that a synchronous invocation may have/);
    expect(stdout).toMatch(
      /success in [\d.]+ ms, 17\.3 ms of them in the service, warm start, billed 18 ms; status 200, \d+ bytes: \{"predictions"/,
    );
    expect(stdout).toMatch(/15000 requests in 870 s: 15000 billed calls/);
    // docs/cost.md: 15,000 calls of 18 ms at 2048 MB.
    expect(stdout).toMatch(/about 0\.012 USD/);
    expect(stdout).not.toContain('planted');
    expect(server.seen.filter(({ target }) => target.endsWith('/invocations'))).toHaveLength(1);
  });

  it('ends with 2 when a step failed', async () => {
    const { code, stdout, stderr } = await runCli(['check', '--backend', 'lambda', '--set', 'funktion=f']);
    expect([code, stderr]).toEqual([2, '']);
    expect(stdout).toMatch(/^FAILED +options +[^\n]*did you mean function\?[^\n]*\n$/);
  });

  it('takes options from the environment, and prints JSON', async () => {
    const server = await fakeAws((target) => {
      const variant = {
        VariantName: 'v',
        ...(target.endsWith('Config') ? { ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } } : {}),
      };
      return { body: JSON.stringify({ EndpointName: 'ep', EndpointConfigName: 'c', ProductionVariants: [variant] }) };
    });
    Object.assign(process.env, {
      REPLAY_SAGEMAKER_ENDPOINT: 'ep',
      REPLAY_SAGEMAKER_ENDPOINT_URL: server.url,
      REPLAY_SAGEMAKER_MEMORY: '2048',
    });
    const { code, stdout } = await runCli([
      'check',
      '--backend',
      'sagemaker',
      '--body',
      '[1]',
      '--no-request',
      '--json',
    ]);
    const { ok, steps } = JSON.parse(stdout) as { ok: boolean; steps: { step: string; state: string; text: string }[] };
    expect([code, ok]).toEqual([0, true]);
    expect(steps[0]?.text).toMatch(/from REPLAY_SAGEMAKER_ENDPOINT, .*from REPLAY_SAGEMAKER_ENDPOINT_URL/);
    expect(steps.find(({ step }) => step === 'payloads')).toMatchObject({ bytes: [3], limitBytes: 4 * 2 ** 20 });
    expect(steps.at(-1)).toMatchObject({ step: 'request', state: 'skipped' });
    expect(server.seen.some(({ target }) => target.endsWith('/invocations'))).toBe(false);
  });
});

describe('what fails is reported with what to do', () => {
  it('a payload above the limit, before anything is sent; a run is warned of it', async () => {
    const server = await fakeAws(() => ({}));
    const large: Payload = { kind: 'bytes', contentType: 'application/json', bytes: Buffer.alloc(6_291_457, '1') };
    const payloads = [...ONE, large];
    const options = { function: 'f', endpointUrl: server.url };
    const step = await checked('lambda', options, { payloads });
    hasFailed(step, 'payloads', /^payload 1 of 6291457 bytes: above the 6291456 bytes that a synchronous invocation/);
    expect(step('request')).toMatchObject({ state: 'skipped', text: 'not sent, since something failed before' });
    expect(server.seen.filter(({ target }) => target.endsWith('/invocations'))).toEqual([]);
    const warnings: string[] = [];
    const progress = (text: string): unknown => warnings.push(text);
    const { signal } = new AbortController();
    await lambda.setUp?.(lambda.parseOptions(options), { payloads, mostInFlight: 1, progress, env: {}, signal });
    expect(warnings).toEqual([expect.stringMatching(/^warning: payload 1 is 6291457 bytes/)]);
  });

  it('credentials that are missing', async () => {
    Reflect.deleteProperty(process.env, 'AWS_ACCESS_KEY_ID');
    const step = await checked('lambda', { function: 'f' });
    hasFailed(step, 'credentials', /no AWS credentials .*--set profile=NAME/);
    expect(step('request')).toBeUndefined();
  });

  it('no service at the address: the request is not tried', async () => {
    const step = await checked('http', { url: await goneServiceUrl() });
    hasFailed(step, 'address', /nothing listens there; check host and port.*ECONNREFUSED/);
    expect(step('request')).toMatchObject({ state: 'skipped' });
  });

  it('a service that speaks no TLS', async () => {
    const url = await fakeHttp(() => [200, '{}']);
    hasFailed(await checked('http', { url: url.replace('http', 'https') }), 'address', /TLS/);
  });

  it('a refusal', async () => {
    const url = await fakeHttp(() => [403, 'not "you"\u0007']);
    hasFailed(
      await checked('http', { url }),
      'request',
      /^unauthorized after [\d.]+ ms: status 403: not "you".*check the credentials/,
    );
  });

  it('an answer that does not come', async () => {
    const { port } = kept(await serveHttp(() => undefined));
    const step = await checked('http', { url: `http://127.0.0.1:${String(port)}` }, { timeoutMs: 100 });
    hasFailed(
      step,
      'request',
      /^timeout after [1-9]\d{2,4}\.\d ms: no complete answer within 0\.1 s; give a longer --timeout/,
    );
  });

  it.each<[backend: string, options: RawOptions]>([
    ['lambda', { function: 'f' }],
    ['lambda', { url: 'https://id.lambda-url.us-east-1.on.aws/' }],
    ['sagemaker', { endpoint: 'e' }],
    ['cloud-functions', { url: 'https://f-1.us-central1.run.app/', auth: 'none' }],
    ['ai-platform', { endpoint: 'projects/p-1/locations/us-central1/endpoints/42', auth: 'none' }],
    ['tf-serving', { url: 'https://own.example:8501', model: 'm' }],
    ['tf-serving', { address: 'grpcs://own.example:8500', model: 'm', input: 'x' }],
    ['http', { url: 'https://own.example/' }],
  ])('a proxy that %s %j would pass by', async (backend, options) => {
    process.env['HTTPS_PROXY'] = 'http://user:planted@proxy.example:3128';
    const step = await checked(backend, options);
    const failed = ['set-up', 'address'].map(step).find((one) => one?.state === 'failed');
    expect(failed?.text).toMatch(/HTTPS_PROXY is set.*NO_PROXY/);
    expect(failed?.text).not.toContain('planted');
  });

  it('a backend that there is not', async () => {
    await expect(checked('lamda', {})).rejects.toThrow(/did you mean lambda\?/);
  });
});

describe('every system has its own limit', () => {
  const vertex = 'projects/p-1/locations/us-central1/endpoints/42';
  const dryRun = { sends: false } as const;
  it.each<[backend: string, options: (url: string) => RawOptions, limit: number | null]>([
    ['lambda', (endpointUrl) => ({ function: 'f', endpointUrl }), 6 * 2 ** 20],
    ['sagemaker', (endpointUrl) => ({ endpoint: 'e', endpointUrl }), 25 * 2 ** 20],
    ['cloud-functions', (url) => ({ url, generation: '1' }), 10 * 2 ** 20],
    ['cloud-functions', (url) => ({ url, generation: '2' }), 32 * 2 ** 20],
    ['ai-platform', (endpointUrl) => ({ endpoint: vertex, endpointUrl }), 1.5 * 2 ** 20],
    ['ai-platform', (dedicated) => ({ endpoint: vertex, dedicated, endpointUrl: dedicated }), 10 * 2 ** 20],
    ['tf-serving', (url) => ({ url, model: 'm' }), null],
    ['http', (url) => ({ url }), null],
  ])('%s', async (backend, options, limit) => {
    const step = await checked(backend, options(await fakeHttp(() => [200, '{}'])), {
      ...dryRun,
      batching: { size: 3, waitMs: 50 },
    });
    const { bytes = [], limitBytes } = step('payloads')?.facts ?? {};
    expect(limitBytes).toBe(limit);
    expect(bytes).toEqual([Buffer.byteLength('{"instances":[[1.5],[1.5],[1.5]]}')]);
  });

  it('in its own encoding: one tensor is of other sizes in JSON and as a tensor', async () => {
    const payloads: readonly Payload[] = [{ kind: 'tensor', tensor: { shape: [1, 100], dtype: 'float32', seed: 1 } }];
    const at = async (options: RawOptions): Promise<number> => {
      const step = await checked('tf-serving', { model: 'm', input: 'x', ...options }, { ...dryRun, payloads });
      return Number((step('payloads')?.facts?.['bytes'] as number[])[0]);
    };
    const url = await fakeHttp(() => [200, '{}']);
    const [rest, grpc] = [await at({ url }), await at({ address: url.slice('http://'.length) })];
    expect(grpc).toBeGreaterThan(400);
    expect(grpc).toBeLessThan(480);
    expect(rest).toBeGreaterThan(2 * grpc);
  });
});

describe('Google', () => {
  it('reports that there is a token, never the token, even where the service echoes it', async () => {
    const metadata = kept(await serveMetadata(600));
    Object.assign(process.env, metadata.env);
    const seen: string[] = [];
    const endpointUrl = await fakeHttp((authorization, method) => {
      const replicas = {
        status: { availableReplicaCount: 2 },
        dedicatedResources: { machineSpec: { machineType: 'n1-standard-8' } },
      };
      if (method === 'GET') return [200, JSON.stringify({ deployedModels: [{ id: '1', ...replicas }] })];
      seen.push(authorization);
      return [200, `{"you":"${authorization}"}`];
    });
    const options = { endpoint: 'projects/p-1/locations/us-central1/endpoints/42', endpointUrl, auth: 'access-token' };
    const step = await checked('vertex-ai', options);
    isFine(step, 'credentials', /^an access token was given, good for (9|10) min/);
    isFine(step, 'probe', /^2 x replicas, 2 x n1-standard-8$/);
    isFine(step, 'request', /\{"you":"Bearer \(token\)"\}$/);
    expect(seen).toHaveLength(1);
    expect(metadata.accepts(seen[0])).toBe(true);
  });

  it('a probe that fails matters where instances cost by the hour', async () => {
    const endpointUrl = await fakeHttp((_authorization, method) => (method === 'GET' ? [403, 'no'] : [200, '{}']));
    const endpoint = 'projects/p-1/locations/us-central1/endpoints/42';
    hasFailed(await checked('ai-platform', { endpoint, endpointUrl }), 'probe', /403.*its cost stays unknown/);
    const lambda = await fakeAws((target) => (target.endsWith('/invocations') ? {} : { status: 403 }));
    const step = await checked('lambda', { function: 'f', endpointUrl: lambda.url });
    expect(step('probe')).toMatchObject({ state: 'skipped' });
    isFine(step, 'request', /^success/);
  });
});
