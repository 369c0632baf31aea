import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printable } from '#src/errors';
import { measurements } from '#src/metrics/measurements';
import { prometheusText } from '#src/metrics/prometheus-text';
import type { Report } from '#src/report';
import { OUTCOMES } from '#src/sample';
import { anyProgress, madeProgress } from '../live/made-progress.js';
import { freshFolder, readReport, runCli, spawnCli } from '../support/run-cli.js';
import { byLabel, readExposition, single, type ReadFamily } from './exposition.js';

type Families = ReadonlyMap<string, ReadFamily>;

describe('prometheusText', () => {
  test('any progress is a valid exposition whose labels come back as they were, printable and bounded', async () => {
    await fc.assert(
      fc.asyncProperty(anyProgress, fc.boolean(), async (progress, ended) => {
        const ending = ended ? { unsent: 3, valid: true, cost: null } : undefined;
        const families = readExposition((await prometheusText(measurements(progress, ending))).text);
        const info = families.get('replay_run_info')?.samples[0];
        expect(info?.labels['trace']).toBe(printable(progress.run.trace, 100));
        expect(info?.labels['backend']).toBe(printable(progress.run.backend, 100));
        expect(Object.keys(byLabel(families.get('replay_requests_total'), 'outcome'))).toEqual([...OUTCOMES]);
        expect(single(families, 'replay_requests_unsent')).toBe(ended ? 3 : undefined);
        expect(families.has('replay_cost_total')).toBe(!ended && progress.cost !== null);
      }),
      { numRuns: 50 },
    );
  });

  test('names, types and cumulative buckets', async () => {
    const { text, contentType } = await prometheusText(measurements(madeProgress()));
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    const families = readExposition(text);
    expect([...families].map(([name, { type }]) => `${name} ${type}`)).toMatchInlineSnapshot(`
      [
        "replay_run_info gauge",
        "replay_run_elapsed_seconds gauge",
        "replay_run_length_seconds gauge",
        "replay_run_over gauge",
        "replay_requests_planned gauge",
        "replay_requests_due_total counter",
        "replay_requests_sent_total counter",
        "replay_in_flight gauge",
        "replay_response_seconds histogram",
        "replay_lateness_seconds histogram",
        "replay_requests_total counter",
        "replay_cost_total counter",
      ]
    `);
    const response = families.get('replay_response_seconds');
    expect(byLabel(response, 'le', 'replay_response_seconds_bucket')).toEqual({ 0.001: 1, 0.1: 3, '+Inf': 3 });
    expect(byLabel(response, 'le', 'replay_response_seconds_count')).toEqual({ '': 3 });
    expect(byLabel(families.get('replay_cost_total'), 'currency')).toEqual({ USD: 0.01234 });
  });

  test('before the first figures there is nothing, validly', async () => {
    expect(readExposition((await prometheusText([])).text).size).toBe(0);
  });
});

describe('--metrics-port', () => {
  test.concurrent('scraped during the run and after it: the last scrape is the report', async () => {
    const out = freshFolder();
    let during: Families | undefined;
    let last: Families | undefined;
    const { code } = await spawnCli(
      [
        ...['--rate', '200/s', '--duration', '4s', '--backend', 'simulated', '--set', 'failure-ratio=0.1'],
        ...['--set', 'service=30ms', '--warmup', '500ms', '--machine', 'aws:t2.2xlarge', '--pacing', 'economic'],
        ...['--no-html', '--metrics-port', '0', '--metrics-linger', '60s', '--out', out],
      ],
      (child) => {
        let told = '';
        const scrape = async (): Promise<void> => {
          const url = /metrics at (http:\/\/127\.0\.0\.1:\d+\/metrics)/.exec(told)?.[1];
          if (url === undefined || last !== undefined) return;
          const families = readExposition(await (await fetch(url)).text());
          if (single(families, 'replay_run_over') === 0) during = families;
          if (!told.includes('written to') || single(families, 'replay_run_valid') === undefined) return;
          last = families;
          child.kill('SIGINT');
        };
        const scraping = setInterval(() => void scrape().catch(() => undefined), 300);
        child.stderr?.on('data', (bytes: Buffer) => (told += bytes.toString()));
        child.once('close', () => {
          clearInterval(scraping);
        });
      },
    );
    const report = readReport(out);
    expect(code).toBe(report.verdict.valid ? 0 : 96);
    expectIsReport(last, report);
    expect(sumOf(during)).toBeGreaterThan(0);
    expect(sumOf(during)).toBeLessThanOrEqual(single(during as Families, 'replay_requests_sent_total') ?? 0);
    for (const outcome of OUTCOMES)
      expect(outcomes(during)[outcome] ?? NaN).toBeLessThanOrEqual(outcomes(last)[outcome] ?? NaN);
  });

  test.concurrent('a port in use: exit 2, and nothing was sent', async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests++;
      response.end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = String((server.address() as AddressInfo).port);
    const load = ['--rate', '100/s', '--duration', '1s', '--backend', 'http', '--url', `http://127.0.0.1:${port}/`];
    const { code, stderr, stdout } = await runCli([...load, '--metrics-port', port, '--out', freshFolder()]);
    server.close();
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^replay: --metrics-port \d+: the port is in use; give another, or 0 for any that is free\n$/,
    );
    expect(requests).toBe(0);
  });
});

/** planned = ok + failures + unsent, and every figure that both have is the same. */
function expectIsReport(families: Families | undefined, { sections, verdict, run }: Report): void {
  if (families === undefined) throw new Error('it was never scraped after its end');
  const { outcomes: counted, latency, health, cost } = sections;
  const expected = { ...Object.fromEntries(OUTCOMES.map((one) => [one, 0])), ok: counted.ok, ...counted.failures };
  expect(outcomes(families)).toEqual(expected);
  expect(sumOf(families) + (single(families, 'replay_requests_unsent') ?? NaN)).toBe(counted.planned);
  expect(single(families, 'replay_requests_planned')).toBe(counted.planned);
  expect(single(families, 'replay_requests_due_total')).toBe(counted.planned);
  expect(single(families, 'replay_requests_sent_total')).toBe(sumOf(families) - (counted.failures.shed ?? 0));
  expect(single(families, 'replay_in_flight')).toBe(0);
  expect(single(families, 'replay_run_over')).toBe(1);
  expect(single(families, 'replay_run_valid')).toBe(verdict.valid ? 1 : 0);
  expect(byLabel(families.get('replay_cost_total'), 'currency')).toEqual({ [cost.currency]: cost.total });
  const response = families.get('replay_response_seconds');
  const { '': count } = byLabel(response, 'le', 'replay_response_seconds_count');
  expect(count).toBe(latency.response.count);
  const { '': sum } = byLabel(response, 'le', 'replay_response_seconds_sum');
  expect(((sum ?? NaN) / (count ?? NaN)) * 1000).toBeCloseTo(latency.response.meanMs ?? NaN, 6);
  const buckets = Object.values(
    byLabel(families.get('replay_lateness_seconds'), 'le', 'replay_lateness_seconds_bucket'),
  );
  expect(buckets.at(-1)).toBe(sumOf(families));
  const over1Ms = byLabel(families.get('replay_lateness_seconds'), 'le', 'replay_lateness_seconds_bucket')['0.001'];
  expect(sumOf(families) - (over1Ms ?? NaN)).toBe(health.lateOver1Ms);
  expect(families.get('replay_run_info')?.samples[0]?.labels['run']).toBe(run.id);
}

function outcomes(families: Families | undefined): Record<string, number> {
  return byLabel(families?.get('replay_requests_total'), 'outcome');
}

function sumOf(families: Families | undefined): number {
  return Object.values(outcomes(families)).reduce((sum, count) => sum + count, 0);
}
