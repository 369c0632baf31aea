import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { collectCloud } from '#src/conclude/collect-cloud';
import { reportAgain } from '#src/conclude/report-again';
import type { CloudSection } from '#src/report';
import { makeCertificate } from '../backends/wire/certificate.js';
import { plain, written } from '../support/billed-run.js';
import { runAgainst } from '../support/cloud-run.js';
import { expectNoSecret } from '../support/expect-no-secret.js';
import { restoreEnvironment, serveMetadata } from '../support/fake-google.js';
import { type FakeMonitoring, type MadeSeries, serveMonitoring } from '../support/fake-monitoring.js';
import { readReport, ROOT, spawnCli } from '../support/run-cli.js';

const schema = JSON.parse(readFileSync(join(ROOT, 'schemas/report.schema.json'), 'utf8')) as object;
const validate = new Ajv2020({ strict: false }).compile(schema);
const open: { close(): void | Promise<void> }[] = [];
const environment = { ...process.env };
afterEach(async () => {
  restoreEnvironment(environment);
  for (const one of open.splice(0).reverse()) await one.close();
});
function kept<T extends { close(): void | Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

const START = Date.parse('2026-11-01T10:00:30.000Z');
const MINUTE = 60_000;

const RUN = { url: 'https://svc-123456789012.us-central1.run.app/' };
const run = (name: string): string => `run.googleapis.com/${name}`;
const at = (minutes: number): number => Math.floor(START / MINUTE) * MINUTE + minutes * MINUTE;

/** What Cloud Run says of `n` requests. */
function metered(n: number): MadeSeries[] {
  const codes = (code: string, value: number): MadeSeries => ({
    type: run('request_count'),
    labels: { response_code: code, response_code_class: `${code[0] ?? ''}xx` },
    points: [{ atMs: at(1), value }],
  });
  return [
    codes('200', n),
    codes('429', 1),
    { type: run('request_latencies'), points: [{ atMs: at(1), value: 12.5, count: n }] },
    { type: run('container/billable_instance_time'), points: [1, 2].map((m) => ({ atMs: at(m), value: 0.75 })) },
    ...['active', 'idle'].map((state) => ({
      type: run('container/instance_count'),
      labels: { state },
      points: [1, 2].map((m) => ({ atMs: at(m), value: state === 'idle' ? 1 : m })),
    })),
  ];
}

/** In this process, with a time of its own: the run is minutes old. */
async function collect(folder: string, server: FakeMonitoring | string, waitMs = 2000): Promise<CloudSection> {
  const report = await collectCloud(
    folder,
    await reportAgain(folder),
    { waitMs, settings: {} },
    {
      env: { REPLAY_MONITORING_URL: typeof server === 'string' ? server : server.url },
      date: () => new Date(START + 5 * MINUTE),
      stop: new AbortController().signal,
      say: () => undefined,
    },
  );
  expect(plain(await reportAgain(folder))).toEqual(plain(report));
  expect(validate(plain(report)), JSON.stringify(validate.errors)).toBe(true);
  return report.sections.cloud as CloudSection;
}

const rowOf = (section: CloudSection | undefined, what: RegExp) => section?.rows.find((row) => what.test(row.what));

describe('Cloud Monitoring', () => {
  it('a run on Cloud Run: measured instance time beside the bound, and no token over http', async () => {
    const folder = await runAgainst('cloud-functions', RUN, START);
    const server = kept(await serveMonitoring({ series: () => metered(39) }));
    const section = await collect(folder, server);
    expect(section).toMatchObject({
      source: 'cloud-monitoring',
      subject: 'service svc of project 123456789012 in us-central1',
      window: { from: '2026-11-01T10:00:00.000Z', to: '2026-11-01T10:01:00.000Z' },
    });
    expect(rowOf(section, /^invocations/)).toMatchObject({ client: 39, cloud: 40, difference: 1 });
    expect(rowOf(section, /^throttles/)).toMatchObject({ client: 1, cloud: 1, difference: 0 });
    expect(rowOf(section, /^mean time/)).toMatchObject({ cloud: 12.5, unit: 'ms' });
    expect(rowOf(section, /^most instances/)).toMatchObject({ client: 1, cloud: 3 });
    const time = rowOf(section, /^billable instance time/);
    expect(time?.cloud).toBe(1.5);
    // 100 ms steps: 39 requests.
    expect(time?.client).toBeCloseTo(3.9, 9);
    expect(time?.difference).toBe(1.5 - (time?.client ?? NaN));
    expect(rowOf(section, /^cost/)?.cloud).toBeCloseTo(40 * 0.4e-6 + 1.5 * (2 * 0.0000025 + 0.000024), 15);
    expect(server.authorizations.every((one) => one === undefined)).toBe(true);
    const query = server.seen[0]?.searchParams;
    expect(server.seen[0]?.pathname).toBe('/v3/projects/123456789012/timeSeries');
    expect(query?.get('filter')).toBe(
      'metric.type = "run.googleapis.com/request_count" AND resource.type = "cloud_run_revision" AND resource.labels.service_name = "svc" AND resource.labels.location = "us-central1"',
    );
  });

  it('what is slow to arrive is waited for, until the counts are the client’s', async () => {
    const folder = await runAgainst('cloud-functions', RUN, START);
    // Five metrics a look: nothing in the first, half in the second.
    const shown = (nth: number): number => [0, 20, 39][Math.floor(nth / 5)] ?? 39;
    const server = kept(await serveMonitoring({ series: (nth) => (shown(nth) === 0 ? [] : metered(shown(nth))) }));
    const section = await collect(folder, server, 4000);
    expect(rowOf(section, /^invocations/)?.cloud).toBe(40);
    expect(section.notes.join(' ')).not.toMatch(/on its way|stopped growing/);
    const { reading } = JSON.parse(readFileSync(join(folder, 'cloud.json'), 'utf8')) as { reading: unknown };
    expect(reading).toMatchObject({ times: 3, ended: 'matched' });
  });

  it('pages never lose or double a point, wherever they are cut', async () => {
    const folder = await runAgainst('cloud-functions', RUN, START);
    const whole = await collect(folder, kept(await serveMonitoring({ series: () => metered(39) })), 0);
    for (const perPage of [1, 2, 3]) {
      const cut = await collect(folder, kept(await serveMonitoring({ series: () => metered(39), perPage })), 0);
      expect({ ...cut, readAt: '' }).toEqual({ ...whole, readAt: '' });
    }
  });

  it('differences are cloud - client, whatever was counted', async () => {
    const folder = await runAgainst('cloud-functions', RUN, START);
    let count = 0;
    const server = kept(
      await serveMonitoring({
        series: () => [{ type: run('request_count'), points: [{ atMs: at(1), value: count }] }],
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 48 }), async (n) => {
        count = n;
        const row = rowOf(await collect(folder, server, 0), /^invocations/);
        expect(row).toMatchObject({ client: 39, cloud: n, difference: n - 39 });
      }),
      { numRuns: 12 },
    );
  });

  it.each<[string, number, string, RegExp]>([
    [
      'a refusal',
      403,
      '{"error":{"code":403,"message":"Permission monitoring.timeSeries.list denied","status":"PERMISSION_DENIED"}}',
      /status 403 PERMISSION_DENIED: Permission/,
    ],
    ['no JSON', 200, '<html>', /JSON|Unexpected token/],
    ['a list', 200, '[]', /no object/],
    ['no series', 200, '{"timeSeries":{"a":1}}', /no list/],
    ['no time', 200, '{"timeSeries":[{"points":[{"value":{"int64Value":"1"},"interval":{}}]}]}', /without a time/],
    [
      'no value',
      200,
      '{"timeSeries":[{"points":[{"value":{"int64Value":"x"},"interval":{"endTime":"2026-11-01T10:01:00Z"}}]}]}',
      /without a value/,
    ],
    [
      'less than nothing',
      200,
      '{"timeSeries":[{"points":[{"value":{"doubleValue":-1},"interval":{"endTime":"2026-11-01T10:01:00Z"}}]}]}',
      /without a value/,
    ],
    ['pages without end', 200, '{"nextPageToken":"again"}', /do not end/],
  ])('%s is a line of the section, and fails nothing', async (_, status, body, reason) => {
    const folder = await runAgainst('cloud-functions', RUN, START);
    const server = kept(await serveMonitoring({ series: () => [], instead: () => ({ status, body }) }));
    const section = await collect(folder, server, 500);
    expect(section.missing).toHaveLength(5);
    for (const gap of section.missing) expect(gap.reason).toMatch(reason);
    expect(section.rows.filter(({ cloud }) => cloud !== null)).toEqual([]);
  });

  it('an empty answer says so, and that more may come', async () => {
    const folder = await runAgainst('cloud-functions', RUN, START);
    const section = await collect(folder, kept(await serveMonitoring({ series: () => [] })), 300);
    expect(section.missing.map(({ reason }) => reason)).toEqual(Array(5).fill('no point in the window'));
    expect(section.notes.join(' ')).toMatch(/may still have been on its way/);
  });

  it.each<[string, Record<string, string>, string, RegExp]>([
    [
      'cloud-functions',
      { function: 'f', region: 'us-central1', project: 'p-1' },
      'cloudfunctions.googleapis.com/function/execution_count',
      /"cloud_function".*function_name = "f".*region = "us-central1"/,
    ],
    [
      'ai-platform',
      { endpoint: 'projects/p-1/locations/europe-west4/endpoints/42' },
      'aiplatform.googleapis.com/prediction/online/response_count',
      /endpoint_id = "42".*location = "europe-west4"/,
    ],
  ])('a run on %s %j', async (backend, options, type, filter) => {
    const folder = await runAgainst(backend, options, START);
    const server = kept(await serveMonitoring({ series: () => [{ type, points: [{ atMs: at(1), value: 38 }] }] }));
    const section = await collect(folder, server, 0);
    expect(rowOf(section, /^invocations/)?.cloud).toBe(38);
    expect(server.seen[0]?.searchParams.get('filter')).toMatch(filter);
    expect(server.seen[0]?.pathname).toBe('/v3/projects/p-1/timeSeries');
  });

  it('by the command line over TLS: a token goes along, and leaves no trace even where it is echoed', async () => {
    const certificate = makeCertificate();
    if (certificate === undefined) return console.log('openssl is not installed: no token is sent to a stand-in');
    kept({ close: () => certificate.remove() });
    const metadata = kept(await serveMetadata(3600));
    const server = kept(
      await serveMonitoring({
        certificate,
        series: () => metered(39),
        instead: ({ headers: { authorization }, url }) =>
          url?.includes('latencies') === true || !metadata.accepts(authorization)
            ? {
                status: 403,
                body: JSON.stringify({ error: { message: `refused: ${String(authorization)}`, status: 'X' } }),
              }
            : undefined,
      }),
    );
    const folder = await runAgainst('cloud-functions', RUN, START);
    Object.assign(process.env, metadata.env, {
      NODE_EXTRA_CA_CERTS: certificate.certFile,
      REPLAY_MONITORING_URL: server.url,
    });
    const ask = ['report', folder, '--collect', 'cloud', '--collect-wait', '1s'];
    const { code, stdout, stderr } = await spawnCli(ask);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/asking the cloud/)]);
    const { cloud } = readReport(folder).sections;
    expect(rowOf(cloud, /^invocations/)?.cloud).toBe(40);
    expect(cloud?.missing.map(({ reason }) => reason)).toContainEqual(
      expect.stringMatching(/refused: Bearer \(token\)/),
    );
    expect(metadata.issued).toHaveLength(1);
    expectNoSecret(folder, stdout, stderr);
    expect(plain(await reportAgain(folder))).toEqual(written(folder));
  });
});
