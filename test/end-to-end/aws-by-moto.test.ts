import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RawOptions } from '#src/backends/backend';
import sagemaker from '#src/backends/sagemaker';
import { collectCloud } from '#src/conclude/collect-cloud';
import { reportAgain } from '#src/conclude/report-again';
import type { CloudSection } from '#src/report';
import type { Asked } from '../support/asked.js';
import { plain, written } from '../support/billed-run.js';
import { runAgainst } from '../support/cloud-run.js';
import { expectNoSecret } from '../support/expect-no-secret.js';
import { aws4, type Credentials, CREDENTIALS, isolateAws, startFakeAws } from '../support/fake-aws.js';
import { hasMoto, startMoto } from '../support/moto.js';
import { call, json, preparedBackend } from '../support/prepared-backend.js';
import { expectConserved, freshFolder, readReport, runCli } from '../support/run-cli.js';

if (!hasMoto) console.log('moto_server is not installed: nothing is tried against it');

/** One for all, for its start costs seconds of CPU. */
let moto: Awaited<ReturnType<typeof startMoto>>;
beforeAll(async () => {
  isolateAws();
  if (hasMoto) moto = await startMoto();
});
afterAll(() => {
  if (hasMoto) moto.close();
});

/** Billed, in ms, of the nth invocation; the first is cold, of 100 ms. */
const billedMs = (nth: number): number => (nth === 0 ? 105 : 5 + (nth % 3));

interface Clients {
  readonly metrics: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
}

/** What Lambda would say of an invocation, a second apart on the clock of the meters. */
async function meter(name: string, count: number, { metrics, logs }: Clients, startMs: number): Promise<void> {
  const datum = (MetricName: string, values: readonly number[], Unit: 'Count' | 'Milliseconds', at: number) => ({
    MetricName,
    Dimensions: [{ Name: 'FunctionName', Value: name }],
    Timestamp: new Date(at),
    Values: [...values],
    Unit,
  });
  const times = Array.from({ length: count }, (_, i) => billedMs(i));
  const half = Math.floor(count / 2);
  const MetricData = [
    datum('Invocations', Array(half).fill(1) as number[], 'Count', startMs),
    datum('Invocations', Array(count - half).fill(1) as number[], 'Count', startMs + 500),
    datum('Errors', [0], 'Count', startMs),
    datum('Duration', times, 'Milliseconds', startMs),
    datum('ConcurrentExecutions', [1, 3, 2], 'Count', startMs),
  ];
  await metrics.send(new PutMetricDataCommand({ Namespace: 'AWS/Lambda', MetricData }));
  const group = { logGroupName: `/aws/lambda/${name}` };
  const stream = { ...group, logStreamName: '2026/11/01/[$LATEST]a' };
  await logs.send(new CreateLogGroupCommand(group));
  await logs.send(new CreateLogStreamCommand(stream));
  const logEvents = times.flatMap((ms, i) => [
    { timestamp: startMs + i, message: `END RequestId: r-${String(i)}` },
    { timestamp: startMs + i, message: reportLine(i, ms) },
  ]);
  await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
}

/** Every other one in the JSON form. */
function reportLine(i: number, ms: number): string {
  const durationMs = i === 0 ? ms - 100 : ms;
  if (i % 2 === 0)
    return `REPORT RequestId: r-${String(i)}\tDuration: ${String(durationMs)} ms\tBilled Duration: ${String(ms)} ms\tMemory Size: 2048 MB\tMax Memory Used: 180 MB\t${i === 0 ? 'Init Duration: 100.00 ms\t' : ''}\n`;
  const metrics = { durationMs, billedDurationMs: ms, memorySizeMB: 2048, maxMemoryUsedMB: 180 };
  return JSON.stringify({ time: 'x', type: 'platform.report', record: { requestId: 'r', metrics, status: 'success' } });
}

describe.skipIf(!hasMoto)('the meters of AWS, by moto', () => {
  let clients: Clients;
  beforeAll(() => {
    clients = {
      metrics: new CloudWatchClient({ endpoint: moto.url }),
      logs: new CloudWatchLogsClient({ endpoint: moto.url }),
    };
  });
  beforeEach(() => {
    isolateAws();
    process.env['AWS_ENDPOINT_URL_CLOUDWATCH'] = moto.url;
    process.env['AWS_ENDPOINT_URL_CLOUDWATCH_LOGS'] = moto.url;
  });

  /** A run whose function logs nothing to the client; its meters come to know of it while it goes on. */
  const lambdaRun = async (name: string, set: readonly string[], more: readonly string[]) => {
    let metered: Promise<void> | undefined;
    const server = await startFakeAws(
      () => {
        metered ??= meter(name, 40, clients, Date.now());
        return {};
      },
      () => [CREDENTIALS],
    );
    const folder = freshFolder();
    const load = ['--rate', '40/s', '--duration', '1s', '--process', 'constant', '-w', '1', '--quiet'];
    const options = [`function=${name}`, `endpointUrl=${server.url}`, ...set].flatMap((one) => ['--set', one]);
    const done = await runCli([...load, '--backend', 'lambda', ...options, '-o', folder, ...more]);
    await metered;
    await server.close();
    return { ...done, folder };
  };

  it('of a run on Lambda: equal where the client saw the same, and measured where it did not', async () => {
    const collect = ['--collect', 'cloud', '--collect-wait', '8s'];
    const { folder, stdout, stderr } = await lambdaRun('f', ['log=none', 'memory=2048', 'timeout=3s'], collect);
    const { cloud, cost } = readReport(folder).sections;
    expect(
      cloud?.missing.map(({ what }) => what),
      stderr,
    ).toEqual(['AWS/Lambda Throttles', 'LambdaInsights init_duration']);
    expectRow(cloud, 'invocations', 40, 40);
    expectRow(cloud, 'invocations in the log', 40, 40);
    expectRow(cloud, 'billed requests', 40, 40);
    expectRow(cloud, 'most at the same time', null, 3);
    expectRow(cloud, 'cold starts in the log', null, 1);
    // By hand: 105 + 39 invocations of 5, 6 or 7 ms, at 2 GB.
    const ms = Array.from({ length: 40 }, (_, i) => billedMs(i)).reduce((sum, one) => sum + one, 0);
    const billed = rowOf(cloud, 'billed memory time');
    expect(billed?.cloud).toBeCloseTo((2 * ms) / 1000, 12);
    expect(rowOf(cloud, 'cost')?.cloud).toBeCloseTo(40 * 0.2e-6 + ((2 * ms) / 1000) * 0.0000166667, 15);
    expect(cost.items.some(({ estimated }) => estimated)).toBe(true);
    expect(cloud?.notes.join(' ')).toMatch(/measured, each invocation by its own report/);
    expectNoSecret(folder, stdout, stderr);
    expect(stdout).toMatch(/invocations: 40, 40, 0 requests/);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('What the cloud counted');

    // Offline, to the last digit; other prices change the money alone.
    delete process.env['AWS_ENDPOINT_URL_CLOUDWATCH'];
    expect(plain(await reportAgain(folder))).toEqual(written(folder));
    const then = (await reportAgain(folder, { prices: '2021-03' })).sections.cloud;
    expect(rowOf(then, 'billed memory time')?.cloud).toBeCloseTo((2 * (ms - 100)) / 1000, 12);
  });

  it('asked after the fact: differences are shown, what is refused is said, and nothing fails', async () => {
    const startMs = Date.now();
    const folder = await runAgainst('lambda', { function: 'g' }, startMs, 'lambda');
    await meter('g', 43, clients, startMs);
    const cloud = await ask(folder);
    expectRow(cloud, 'invocations', 39, 43);
    expectRow(cloud, 'billed requests', 39, 43);
    expect(cloud.notes).toEqual([expect.stringMatching(/stopped growing/)]);

    const elsewhere = await ask(folder, { logGroup: '/none' });
    expect(elsewhere.missing.map(({ what, reason }) => `${what}: ${reason}`)).toContainEqual(
      expect.stringMatching(/\/none: .*ResourceNotFound/),
    );
    expectRow(elsewhere, 'invocations', 39, 43);

    process.env['AWS_ENDPOINT_URL_CLOUDWATCH'] = process.env['AWS_ENDPOINT_URL_CLOUDWATCH_LOGS'] = 'http://127.0.0.1:9';
    // What was read before is not lost to a cloud that is away.
    expect(await ask(folder)).toEqual(elsewhere);
    rmSync(join(folder, 'cloud.json'));
    const down = await ask(folder);
    expect(down.missing).toHaveLength(2);
    expect(down.rows.every((row) => row.cloud === null)).toBe(true);
  });

  it('of a run on SageMaker: all variants together, times in ms, instances by the minute', async () => {
    const startMs = Date.now();
    const datum = (variant: string, MetricName: string, Values: number[]) => ({
      MetricName,
      Dimensions: [
        { Name: 'EndpointName', Value: 'ep' },
        { Name: 'VariantName', Value: variant },
      ],
      Timestamp: new Date(startMs),
      Values,
    });
    const put = (Namespace: string, MetricData: ReturnType<typeof datum>[]) =>
      clients.metrics.send(new PutMetricDataCommand({ Namespace, MetricData }));
    await put('AWS/SageMaker', [
      datum('a', 'Invocations', Array(30).fill(1) as number[]),
      datum('b', 'Invocations', Array(9).fill(1) as number[]),
      datum('a', 'ModelLatency', [8000, 12_000]),
      datum('b', 'ModelLatency', [40_000]),
    ]);
    await put('/aws/sagemaker/Endpoints', [datum('a', 'CPUUtilization', [40, 80]), datum('b', 'CPUUtilization', [30])]);
    const folder = await runAgainst('sagemaker', { endpoint: 'ep' }, startMs, 'hourly');
    const cloud = await ask(folder);
    expectRow(cloud, 'invocations', 39, 39);
    expect(rowOf(cloud, 'mean time of the model (client: service)')).toMatchObject({ cloud: 20, unit: 'ms' });
    expectRow(cloud, 'most instances', 1, 3);
    expectRow(cloud, 'mean CPU utilisation', null, 50);
    expectRow(await ask(folder, { variant: 'b' }), 'invocations', 39, 9);
  });
});

it('refused by AWS with the whole request in the refusal: the section reveals no secret', async () => {
  isolateAws();
  const server = await startFakeAws(
    () => ({}),
    () => [],
  );
  process.env['AWS_ENDPOINT_URL_CLOUDWATCH'] = process.env['AWS_ENDPOINT_URL_CLOUDWATCH_LOGS'] = server.url;
  const folder = await runAgainst('lambda', { function: 'f' }, Date.now(), 'lambda');
  const section = await ask(folder);
  await server.close();
  expect(section.missing).toHaveLength(2);
  for (const { reason } of section.missing) expect(reason).toMatch(/^status 403/);
  expectNoSecret(folder, JSON.stringify(section));
});

// Last, for from then on moto checks signatures.
describe.skipIf(!hasMoto)('SageMaker, by moto', () => {
  const open: Asked[] = [];
  beforeEach(() => {
    isolateAws();
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close?.();
  });
  const backendFor = async (options: RawOptions): Promise<Asked> => {
    const backend = await preparedBackend(sagemaker, options, [json('[[1]]')]);
    open.push(backend);
    return backend;
  };

  it('a run ends well, the probe finds the instances, and a wrong secret is refused', async () => {
    const { url } = moto;
    await createEndpoint(url);
    const options = { endpoint: 'ep', endpointUrl: url, contentType: 'application/json' };
    const probed = await (await backendFor(options)).probe?.(new AbortController().signal);
    expect(probed).toEqual([
      { kind: 'instances', count: 3 },
      { kind: 'ml.m4.2xlarge', count: 3 },
    ]);
    const keys = await createUser(url);
    for (const client of ['lean', 'sdk']) {
      isolateAws(keys);
      expect(await (await backendFor({ ...options, client })).invoke(call())).toMatchObject({ ok: true });
      isolateAws({ ...keys, secretAccessKey: 'planted-wrong-secret' });
      const refused = await (await backendFor({ ...options, client })).invoke(call());
      expect(refused).toMatchObject({ ok: false, failure: 'unauthorized' });
      // The client of the vendor does not read moto's XML.
      if (client === 'lean') expect(JSON.stringify(refused)).toContain('SignatureDoesNotMatch');
      expect(JSON.stringify(refused)).not.toContain('planted');
    }
    isolateAws(keys);
    const folder = freshFolder();
    const settings = Object.entries(options).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const load = ['--rate', '10/s', '--duration', '1s', '--process', 'constant', '--body', '{"instances":[[1]]}'];
    const run = [...load, '-w', '1', '--quiet', '--backend', 'sagemaker', ...settings, '-o', folder];
    const { stdout, stderr } = await runCli(run);
    const report = readReport(folder);
    expectConserved(report);
    expect(report.sections.outcomes).toMatchObject({ ok: 10, planned: 10 });
    expectNoSecret(folder, stdout, stderr);
  });
});

async function ask(folder: string, settings: Record<string, string> = {}): Promise<CloudSection> {
  const silent = { stop: new AbortController().signal, say: () => undefined };
  const world = { env: process.env, date: () => new Date(), ...silent };
  const report = await collectCloud(folder, await reportAgain(folder), { waitMs: 400, settings }, world);
  expect(plain(await reportAgain(folder))).toEqual(plain(report));
  return report.sections.cloud as CloudSection;
}

function rowOf(cloud: CloudSection | undefined, what: string) {
  return cloud?.rows.find((row) => row.what === what);
}

function expectRow(cloud: CloudSection | undefined, what: string, client: number | null, counted: number | null): void {
  const difference = client === null || counted === null ? null : counted - client;
  expect(rowOf(cloud, what)).toMatchObject({ client, cloud: counted, difference });
}

/** A user who may do anything; from then on moto checks signatures. */
async function createUser(url: string): Promise<Credentials> {
  const UserName = 'u';
  await iam(url, { Action: 'CreateUser', UserName });
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  });
  await iam(url, { Action: 'PutUserPolicy', UserName, PolicyName: 'p', PolicyDocument });
  const made = await iam(url, { Action: 'CreateAccessKey', UserName });
  const of = (name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(made)?.[1] ?? '';
  await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: '0' });
  return { accessKeyId: of('AccessKeyId'), secretAccessKey: of('SecretAccessKey') };
}

async function iam(url: string, parameters: Record<string, string>): Promise<string> {
  const body = new URLSearchParams({ ...parameters, Version: '2010-05-08' }).toString();
  const { host } = new URL(url);
  const request = { method: 'POST', host, path: '/', service: 'iam', region: 'us-east-1', body: Buffer.from(body) };
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const { Host: _host, 'Content-Length': _length, ...signed } = aws4.sign({ ...request, headers }, CREDENTIALS).headers;
  const answer = await fetch(`${url}/`, { method: 'POST', body, headers: signed });
  if (!answer.ok) throw new Error(`${String(answer.status)} ${await answer.text()}`);
  return answer.text();
}

async function createEndpoint(endpoint: string): Promise<void> {
  const client = new SageMakerClient({ endpoint });
  const ExecutionRoleArn = 'arn:aws:iam::123456789012:role/r';
  await client.send(new CreateModelCommand({ ModelName: 'm', ExecutionRoleArn }));
  const variant = { VariantName: 'v', ModelName: 'm', InstanceType: 'ml.m4.2xlarge', InitialInstanceCount: 3 } as const;
  const EndpointConfigName = 'c';
  await client.send(new CreateEndpointConfigCommand({ EndpointConfigName, ProductionVariants: [variant] }));
  await client.send(new CreateEndpointCommand({ EndpointName: 'ep', EndpointConfigName }));
  client.destroy();
}
