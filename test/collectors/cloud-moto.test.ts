import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reportAgain } from '#src/replay/report-again';
import type { CloudSection } from '#src/report';
import { plain, written } from '../support/billed-run.js';
import { expectNoSecret } from '../support/expect-no-secret.js';
import { CREDENTIALS, isolateAws, logTail, startFakeAws } from '../support/fake-aws.js';
import { hasMoto, startMoto } from '../support/moto.js';
import { freshFolder, readReport, runCli } from '../support/run-cli.js';

if (!hasMoto) console.log('moto_server is not installed: the meters of AWS are not tried against it');

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
    datum('Invocations', Array(count - half).fill(1) as number[], 'Count', startMs + 1000),
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
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let clients: Clients;
  beforeAll(async () => {
    isolateAws();
    moto = await startMoto();
    clients = {
      metrics: new CloudWatchClient({ endpoint: moto.url }),
      logs: new CloudWatchLogsClient({ endpoint: moto.url }),
    };
  });
  afterAll(() => {
    moto.close();
  });
  beforeEach(() => {
    isolateAws();
    process.env['AWS_ENDPOINT_URL_CLOUDWATCH'] = moto.url;
    process.env['AWS_ENDPOINT_URL_CLOUDWATCH_LOGS'] = moto.url;
  });

  const lambdaRun = async (name: string, set: readonly string[], more: readonly string[]) => {
    const seen = { calls: 0 };
    const server = await startFakeAws(
      (_request, nth) => {
        seen.calls++;
        const ms = billedMs(nth);
        return set.includes('log=none')
          ? {}
          : { headers: logTail(nth === 0 ? { durationMs: 5, billedMs: ms, initMs: 100 } : { durationMs: ms, billedMs: ms }) };
      },
      () => [CREDENTIALS],
    );
    const folder = freshFolder();
    const load = ['--rate', '40/s', '--duration', '1s', '--process', 'constant', '-w', '1', '--quiet'];
    const options = ['function=' + name, `endpointUrl=${server.url}`, ...set].flatMap((one) => ['--set', one]);
    const done = await runCli([...load, '--backend', 'lambda', ...options, '-o', folder, ...more]);
    await server.close();
    return { ...done, folder };
  };

  it('of a run on Lambda: equal where the client saw the same, and measured where it did not', async () => {
    const startMs = Date.now();
    await meter('f', 40, clients, startMs);
    const collect = ['--collect', 'cloud', '--collect-wait', '8s'];
    const { folder, stdout, stderr } = await lambdaRun('f', ['log=none', 'memory=2048', 'timeout=3s'], collect);
    const { cloud, cost } = readReport(folder).sections;
    expect(cloud?.missing.map(({ what }) => what), stderr).toEqual(['AWS/Lambda Throttles', 'LambdaInsights init_duration']);
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
    const { folder } = await lambdaRun('g', [], []);
    expect(readReport(folder).sections.cloud).toBeUndefined();
    await meter('g', 43, clients, Date.now());
    const ask = ['report', folder, '--collect', 'cloud', '--collect-wait', '1s'];
    const { code, stdout, stderr } = await runCli(ask);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/asking the cloud/)]);
    const { cloud } = readReport(folder).sections;
    expectRow(cloud, 'invocations', 40, 43);
    expectRow(cloud, 'billed requests', 40, 43);
    expect(cloud?.notes).toEqual([expect.stringMatching(/stopped growing/)]);
    // 40 and 41 are 6 and 7 ms, 42 is 5.
    expect(rowOf(cloud, 'billed memory time')?.difference).toBeCloseTo(2 * 0.018, 9);

    const other = await runCli([...ask, '--collect-set', 'logGroup=/none', '--collect-set', 'function=planted']);
    expect(other.code).toBe(0);
    expect(readReport(folder).sections.cloud?.missing.map(({ what, reason }) => `${what}: ${reason}`)).toContainEqual(
      expect.stringMatching(/\/none: .*ResourceNotFound/),
    );
    expect(stdout).toMatch(/\+3 requests/);

    process.env['AWS_ENDPOINT_URL_CLOUDWATCH'] = process.env['AWS_ENDPOINT_URL_CLOUDWATCH_LOGS'] = 'http://127.0.0.1:9';
    const down = await runCli(ask);
    expect(down.code).toBe(0);
    rmSync(join(folder, 'cloud.json'));
  });
});

function rowOf(cloud: CloudSection | undefined, what: string) {
  return cloud?.rows.find((row) => row.what === what);
}

function expectRow(cloud: CloudSection | undefined, what: string, client: number | null, counted: number | null): void {
  const difference = client === null || counted === null ? null : counted - client;
  expect(rowOf(cloud, what)).toMatchObject({ client, cloud: counted, difference });
}
