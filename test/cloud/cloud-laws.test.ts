import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lambdaQueries } from '#src/backends/aws/cloudwatch-metrics';
import { CLOUDWATCH } from '#src/backends/aws/cloudwatch-meters';
import { CLOUD_MONITORING } from '#src/backends/google/monitoring-meters';
import { type GetMetricPage, readMetricData } from '#src/backends/aws/read-metric-data';
import { readInvocationLog } from '#src/backends/lambda/read-invocation-log';
import { importPlugin, locatePlugin } from '#src/backends/registry';
import { checkCollecting } from '#src/cloud/check-collecting';
import { collectWindow } from '#src/cloud/collect-window';
import { pollUntilSettled, type Settled } from '#src/cloud/poll-until-settled';
import type { CloudReading } from '#src/cloud-record';
import { createVirtualClock } from '#src/time/virtual-clock';
import { parseCloudRecord } from '#src/run-folder/parse-cloud-record';

const WINDOW = { fromMs: 0, toMs: 600_000, stepMs: 60_000 };

describe('pages', () => {
  const queries = lambdaQueries('f', null);
  const points = fc.array(fc.tuple(fc.nat(queries.length - 1), fc.nat(9), fc.integer({ min: 0, max: 1e6 })), {
    maxLength: 60,
  });

  it('of metrics, cut anywhere and repeated anywhere: each point once', async () => {
    await fc.assert(
      fc.asyncProperty(
        points,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 0, max: 3 }),
        async (made, perPage, again) => {
          const unique = [
            ...new Map(
              made.map(([q, minute, value]) => [`${String(q)} ${String(minute)}`, [q, minute, value] as const]),
            ).values(),
          ];
          // The last points of a page once more in the next.
          const get: GetMetricPage = ({ NextToken }) => {
            const from = Number(NextToken ?? 0);
            const page = unique.slice(Math.max(0, from - again), from + perPage);
            const results = page.map(([q, minute, value]) => ({
              Id: `m${String(q)}`,
              Timestamps: [new Date(minute * 60_000)],
              Values: [value],
            }));
            const more = from + perPage < unique.length ? { NextToken: String(from + perPage) } : {};
            return Promise.resolve({ MetricDataResults: results, ...more });
          };
          const series = await readMetricData(get, queries, WINDOW);
          queries.forEach((_, q) => {
            const expected = unique.filter(([of]) => of === q).sort(([, a], [, b]) => a - b);
            expect(series[q]?.points).toEqual(expected.map(([, minute, value]) => [minute * 60_000, value]));
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of a log: each event once, and nothing but the platform’s own reports', async () => {
    const lines = fc.array(fc.constantFrom('report', 'json', 'other', 'quoted', 'broken'), { maxLength: 40 });
    const text = (kind: string, i: number): string =>
      ({
        report: `REPORT RequestId: ${String(i)}\tDuration: 1.50 ms\tBilled Duration: ${String(i)} ms\tMemory Size: 128 MB\t\n`,
        json: `{"type":"platform.report","record":{"metrics":{"durationMs":1.5,"billedDurationMs":${String(i)},"memorySizeMB":128}}}`,
        other: 'hello',
        quoted: `they said REPORT RequestId: 1\tDuration: 9 ms\tBilled Duration: 9 ms`,
        broken: 'REPORT RequestId: x and no more',
      })[kind] ?? '';
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 9 }), async (kinds, perPage) => {
        const events = kinds.map((kind, i) => ({ eventId: String(i), message: text(kind, i) }));
        const logged = await readInvocationLog(
          ({ nextToken }) => {
            const from = Number(nextToken ?? 0);
            const more = from + perPage < events.length ? { nextToken: String(from + perPage) } : {};
            return Promise.resolve({ events: events.slice(Math.max(0, from - 1), from + perPage), ...more });
          },
          'g',
          WINDOW,
        );
        const told = kinds.flatMap((kind, i) => (kind === 'report' || kind === 'json' ? [i] : []));
        expect(logged.billedMs).toEqual(told);
        expect(logged.durationMs).toEqual(told.map(() => 1.5));
      }),
      { numRuns: 60 },
    );
  });

  it('that never end, and answers that are none, are errors', async () => {
    const answer = (page: Awaited<ReturnType<GetMetricPage>>) =>
      readMetricData(() => Promise.resolve(page), queries, WINDOW);
    await expect(answer({ MetricDataResults: [], NextToken: 'x' })).rejects.toThrow(/do not end/);
    await expect(answer({ MetricDataResults: [{ Id: 'zz', Timestamps: [], Values: [] }] } as never)).rejects.toThrow(
      /not to the question/,
    );
    await expect(
      answer({ MetricDataResults: [{ Id: 'm0', Timestamps: [new Date(0)], Values: [NaN] }] } as never),
    ).rejects.toThrow(/without a value/);
  });
});

function reading(count: number, failed = false): CloudReading {
  const points = count === 0 ? [] : [[0, count] as const];
  const series = { meter: 'invocations', statistic: 'sum', name: 'n', unit: '1', labels: {}, points } as const;
  return {
    series: failed || count === 0 ? [] : [series],
    logged: null,
    missing: failed ? [{ what: 'n', reason: 'r', failed }] : [],
  };
}

/** What is to be seen from which moment on; in virtual time. */
async function polled(
  seen: readonly [atMs: number, CloudReading][],
  expected: number,
  waitMs = 300_000,
  isOld = false,
): Promise<Settled> {
  const clock = createVirtualClock();
  const read = (): Promise<CloudReading> =>
    Promise.resolve(seen.findLast(([atMs]) => atMs <= clock.now())?.[1] ?? reading(0));
  const stop = new AbortController().signal;
  return clock.drive(pollUntilSettled({ read, expected: { sure: expected, perhaps: 0 }, waitMs, isOld, clock, stop }));
}

describe('waiting', () => {
  it('ends with the first look that finds what the client saw', async () => {
    const settled = await polled(
      [
        [0, reading(0)],
        [40_000, reading(3)],
        [70_000, reading(10)],
      ],
      10,
    );
    expect(settled).toMatchObject({ ended: 'matched', waitedMs: 75_000, times: 6 });
  });
  it('ends when the counts have not grown for a quarter of the wait', async () => {
    expect(await polled([[30_000, reading(7)]], 10)).toMatchObject({ ended: 'steady', waitedMs: 105_000 });
    expect(await polled([[30_000, reading(12)]], 10)).toMatchObject({ ended: 'steady', waitedMs: 105_000 });
  });
  it('ends when it is over, at once for a run long over, and when nothing can be read', async () => {
    expect(await polled([], 10)).toMatchObject({ ended: 'time-over', waitedMs: 300_000 });
    expect(await polled([[0, reading(7)]], 10, 300_000, true)).toMatchObject({ ended: 'old', times: 1 });
    expect(await polled([[0, reading(0, true)]], 10)).toMatchObject({ ended: 'failed', times: 1 });
    expect(await polled([[0, reading(7)]], 10, 0)).toMatchObject({ times: 1 });
  });
  it('keeps an earlier reading where a later one fails', async () => {
    const settled = await polled(
      [
        [0, reading(7)],
        [20_000, reading(0, true)],
      ],
      10,
      100_000,
    );
    expect(settled.reading).toEqual(reading(7));
  });
});

it('a window is whole steps around the run, of the length that is still kept', () => {
  const day = 86_400_000;
  const time = fc.double({ min: 0, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(
      time,
      fc.double({ min: 0, max: 1e7, noNaN: true }),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.constantFrom(0, 20, 100),
      (start, length, drain, days) => {
        const { fromMs, toMs, stepMs } = collectWindow(start, start + length, drain, start + length + days * day);
        expect(stepMs).toBe(days === 0 ? 60_000 : days === 20 ? 300_000 : 3_600_000);
        expect([fromMs % stepMs, toMs % stepMs]).toEqual([0, 0]);
        expect(fromMs).toBeLessThanOrEqual(start);
        expect(fromMs).toBeGreaterThan(start - stepMs);
        expect(toMs).toBeGreaterThanOrEqual(Math.floor(start + length + drain));
        expect(toMs).toBeLessThanOrEqual(start + length + drain + stepMs);
      },
    ),
  );
});

type Facts = Readonly<Record<string, string>>;

async function cloudTarget(backend: string, options: Facts, settings: Facts, env: Facts): Promise<object> {
  const plugin = await importPlugin((await locatePlugin(backend, '.')).url);
  return checkCollecting(plugin, settings).target(options, settings, env);
}

describe('what is asked about', () => {
  it.each<[string, Record<string, string>, Record<string, string>, object]>([
    [
      'lambda',
      { function: 'f:prod', region: 'eu-west-1' },
      {},
      { function: 'f', qualifier: 'prod', logGroup: '/aws/lambda/f', region: 'eu-west-1' },
    ],
    [
      'lambda',
      { function: 'arn:aws:lambda:us-east-2:123456789012:function:f' },
      {},
      { function: 'f', qualifier: null, region: 'us-east-2' },
    ],
    [
      'lambda',
      { url: 'https://x.lambda-url.us-east-1.on.aws/' },
      { function: 'f', logGroup: '/own' },
      { function: 'f', logGroup: '/own' },
    ],
    [
      'cloud-functions',
      { url: 'https://us-central1-my-proj-1.cloudfunctions.net/fn' },
      {},
      { kind: 'cloud-function', function: 'fn', project: 'my-proj-1', region: 'us-central1' },
    ],
    [
      'cloud-functions',
      { function: 'My_fn', region: 'r-1', project: 'p', generation: '2' },
      {},
      { kind: 'cloud-run', service: 'my-fn', project: 'p' },
    ],
    [
      'cloud-functions',
      { url: 'https://a-svc-abcdefghij-uc.a.run.app/x' },
      { project: 'p' },
      { kind: 'cloud-run', service: 'a-svc', project: 'p', region: null },
    ],
    [
      'ai-platform',
      { endpoint: '42', project: 'p', region: 'us-central1' },
      {},
      { endpoint: '42', project: 'p', region: 'us-central1' },
    ],
    [
      'ai-platform',
      { url: 'https://h/v1/projects/p/locations/l/endpoints/42:predict' },
      {},
      { endpoint: '42', project: 'p', region: 'l' },
    ],
  ])('%s %j %j', async (backend, options, settings, target) => {
    expect(await cloudTarget(backend, options, settings, {})).toMatchObject(target);
  });

  it.each<[() => Promise<unknown>, RegExp]>([
    [() => cloudTarget('http', {}, {}, {}), /backend http has none/],
    [() => cloudTarget('lambda', {}, { functon: 'f' }, {}), /did you mean function/],
    [() => cloudTarget('lambda', {}, {}, {}), /--collect-set function=NAME/],
    [
      () => cloudTarget('cloud-functions', { url: 'https://own.example/' }, { project: 'p' }, {}),
      /--collect-set service=NAME/,
    ],
    [
      () => cloudTarget('cloud-functions', { url: 'https://own.example/' }, { service: 's"', project: 'p' }, {}),
      /characters/,
    ],
    [() => cloudTarget('ai-platform', { endpoint: '42' }, {}, {}), /--collect-set project=NAME/],
  ])('what is not known is asked for (%#)', async (ask, tells) => {
    await expect(ask()).rejects.toThrow(tells);
  });
});

it('cloud.json that was tampered with is reported, whatever it holds', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const whole = {
        format: 1,
        source: 'cloudwatch',
        subject: 's',
        window: { from: '', to: '' },
        reading: { at: '', times: 1, waitedMs: 0, ended: 'old' },
        series: value,
        logged: null,
        missing: [],
      };
      try {
        expect(Array.isArray(parseCloudRecord(whole).series)).toBe(true);
      } catch (thrown) {
        expect((thrown as Error).message).toMatch(
          /^(it|a |series|points|meter|statistic|name|unit|labels|window|value)/,
        );
      }
    }),
  );
});

it('cloud.json from before it said what the provider counts is read as it was meant', () => {
  const record = (source: string, more: object = {}) => ({
    ...{ format: 1, source, subject: 's', window: { from: '', to: '' } },
    ...{ reading: { at: '', times: 1, waitedMs: 0, ended: 'old' }, series: [], logged: null, missing: [] },
    ...more,
  });
  expect(parseCloudRecord(record('cloudwatch')).counting).toEqual(CLOUDWATCH.counting);
  expect(parseCloudRecord(record('cloud-monitoring')).counting).toEqual(CLOUD_MONITORING.counting);
  expect(() => parseCloudRecord(record('azure-monitor'))).toThrow(/source is none of/);
  const counting = { errors: ['rejected'], perhaps: ['timeout'] };
  expect(parseCloudRecord(record('azure-monitor', { counting })).counting).toEqual(counting);
  expect(() => parseCloudRecord(record('x', { counting: { errors: ['no-such'], perhaps: [] } }))).toThrow(
    /errors is none/,
  );
});
