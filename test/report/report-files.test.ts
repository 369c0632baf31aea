import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import hdr, { type Histogram } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { renderReportJson } from '#src/report/report-json';
import { reportSchemaText } from '#src/report/report-schema';
import { FAILURES } from '#src/sample';
import { ENDED, makeRows, planFor, seeds, shuffled, sortedPercentile, toBlock } from '../collectors/sample-rows.js';
import { madeReport, RUN } from './made-report.js';

const schema = JSON.parse(readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8')) as {
  $defs: { failure: { enum: string[] } };
};
const validate = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true }).compile(
  schema,
);

describe('report.json', () => {
  test('its schema is made from the shapes of its parts: npm run tables', () => {
    const path = new URL('../../schemas/report.schema.json', import.meta.url);
    expect(readFileSync(path, 'utf8')).toBe(reportSchemaText());
  });

  test('of any run is what the schema describes', async () => {
    await fc.assert(
      fc.asyncProperty(
        seeds,
        fc.integer({ min: 0, max: 2500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        async (seed, count, failureShare, whole) => {
          const rows = makeRows(count, seed, 1.5, failureShare);
          const plan = planFor(rows, { connections: 4, warmupMs: seed % 2 === 0 ? 0 : 700 });
          const end = { ...ENDED, complete: whole, resources: whole ? { workerCpuShareMax: 0.7 } : null };
          const { report } = await madeReport(plan, shuffled(rows.slice(seed % 5), seed), end);
          expect(validate(JSON.parse(renderReportJson(report))), JSON.stringify(validate.errors)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('the schema refuses what is missing, misspelt, or not of its kind, and lets new sections be', async () => {
    const rows = makeRows(2000, 4, 0.4);
    const { report } = await madeReport(planFor(rows), [toBlock(rows)], ENDED);
    const text = renderReportJson(report);
    const changed = (change: (copy: Record<string, never>) => void): boolean => {
      const copy = JSON.parse(text) as Record<string, never>;
      change(copy);
      return validate(copy);
    };
    const paths = leaves(JSON.parse(text));
    expect(paths.length).toBeGreaterThan(100);
    for (const path of paths) {
      expect(
        changed((copy) => {
          at(copy, path)[path.at(-1) ?? ''] = ['wrong'];
        }),
        path.join('.'),
      ).toBe(false);
    }
    expect(
      changed((copy) => {
        at(copy, ['run', 'spede'])['spede'] = 1;
      }),
    ).toBe(false);
    expect(
      changed((copy) => {
        at(copy, ['sections', 'weather'])['weather'] = { rain: 1 };
      }),
    ).toBe(true);
    expect(
      changed((copy) => {
        at(copy, ['verdict', 'valid'])['valid'] = !report.verdict.valid;
      }),
    ).toBe(false);
  });

  test('the schema knows exactly the failures there are', () => {
    expect(schema.$defs.failure.enum).toEqual([...FAILURES]);
  });

  test('is the same bytes whatever the order of free keys, ends in a line end, and has no number that JSON has not', async () => {
    const { report } = await madeReport(planFor([]), [], ENDED);
    const facts = { b: 2, a: NaN, c: Infinity };
    const one = renderReportJson({ ...report, run: { ...RUN, options: { x: '1', a: '2' }, backendFacts: facts } });
    const other = renderReportJson({
      ...report,
      run: { ...RUN, options: { a: '2', x: '1' }, backendFacts: { c: Infinity, b: 2, a: NaN } },
    });
    expect(one).toBe(other);
    expect(one.endsWith('}\n')).toBe(true);
    expect(JSON.parse(one)).toMatchObject({ run: { backendFacts: { a: null, b: 2, c: null } } });
    expect(renderReportJson(JSON.parse(one) as typeof report)).toBe(one);
  });
});

type Tree = Record<string, unknown>;

/** Paths to the values in fixed places: not below keys that come from outside. */
function leaves(value: unknown, path: string[] = []): string[][] {
  if (['options', 'recipe', 'examples', 'failures'].includes(path.at(-1) ?? '')) return [];
  if (Array.isArray(value)) return value.length === 0 ? [] : leaves(value[0], [...path, '0']);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
  return [path];
}

function at(tree: unknown, path: readonly string[]): Tree {
  return path.slice(0, -1).reduce<Tree>((inner, key) => inner[key] as Tree, tree as Tree);
}

describe('latency.hlog', () => {
  interface Read {
    readonly tag: string;
    readonly fromMs: number;
    readonly toMs: number;
    readonly histogram: Histogram;
  }

  function readLog(hlog: string): Read[] {
    const reader = new hdr.HistogramLogReader(hlog, 64);
    const read: Read[] = [];
    for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram())
      read.push({ tag: next.tag ?? '', fromMs: next.startTimeStampMsec, toMs: next.endTimeStampMsec, histogram: next as Histogram }); // prettier-ignore
    return read;
  }

  test.each([
    ['seconds', 3000, 3, 1],
    ['longer intervals, of a long run', 2000, 2000, 5],
  ])(
    'gives the times by %s back to an HdrHistogram log reader, and their sum is the run',
    async (_, count, gapMs, seconds) => {
      const rows = makeRows(count, 21, gapMs, 0.1);
      const end = { ...ENDED, endedMs: 12_345, endedAt: '2026-11-30T12:00:12.345Z' };
      const { report, hlog } = await madeReport(planFor(rows), shuffled(rows, 5), end);
      expect(hdr.listTags(hlog)).toEqual(['response', 'service']);
      const intervals = readLog(hlog);
      expect(intervals.map(({ fromMs }) => fromMs)).toEqual(
        intervals.map(({ fromMs }) => fromMs).sort((a, b) => a - b),
      );
      const zeroMs = Date.parse('2026-11-30T12:00:00Z');
      const ok = rows.filter(({ outcome }) => outcome === 0);
      for (const tag of ['response', 'service'] as const) {
        const sum = hdr.build({ bitBucketSize: 64, numberOfSignificantValueDigits: 3 });
        for (const { fromMs, toMs, histogram } of intervals.filter((one) => one.tag === tag)) {
          sum.add(histogram);
          expect(toMs - fromMs).toBe(seconds * 1000);
          const due = ok.filter(
            ({ dueMs }) => Math.floor(dueMs / 1000 / seconds) === (fromMs - zeroMs) / 1000 / seconds,
          );
          expect(histogram.totalCount).toBe(due.length);
        }
        const { count: all, p50Ms, p99Ms, p999Ms } = report.sections.latency[tag];
        expect(sum.totalCount).toBe(all);
        for (const [p, ms] of [
          [50, p50Ms],
          [99, p99Ms],
          [99.9, p999Ms],
        ] as const)
          // prettier-ignore
          expect(sum.getValueAtPercentile(p) / 1e6 / (ms ?? NaN)).toBeCloseTo(1, 2);
      }
      const response = ok.map(({ doneMs, dueMs }) => doneMs - dueMs);
      expect((report.sections.latency.response.p99Ms ?? NaN) / (sortedPercentile(response, 99) ?? NaN)).toBeCloseTo(
        1,
        2,
      );
    },
  );

  test('of a run without a success has both tags, empty', async () => {
    const { hlog } = await madeReport(planFor([]), [], { ...ENDED, endedMs: 500 });
    expect(readLog(hlog).map(({ tag, histogram }) => [tag, histogram.totalCount])).toEqual([['response', 0], ['service', 0]]); // prettier-ignore
  });
});
