import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import hdr from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { renderReportJson } from '#src/report/report-json';
import { FAILURES } from '#src/sample';
import { ENDED, makeRows, planFor, seeds, shuffled, sortedPercentile, toBatch } from '../collectors/sample-rows.js';
import { madeReport, RUN } from './made-report.js';

const schema = JSON.parse(readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8')) as {
  $defs: { failure: { enum: string[] } };
};
const validate = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true }).compile(
  schema,
);

describe('report.json', () => {
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
    const { report } = await madeReport(planFor(rows), [toBatch(rows)], ENDED);
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
  test('gives the response and the service times back to an HdrHistogram log reader', async () => {
    const rows = makeRows(3000, 21, 3, 0.1);
    const { report, hlog } = await madeReport(planFor(rows), [toBatch(rows)], { ...ENDED, endedMs: 12_345 });
    expect(hdr.listTags(hlog)).toEqual(['response', 'service']);
    const reader = new hdr.HistogramLogReader(hlog, 64);
    for (const tag of ['response', 'service'] as const) {
      const histogram = reader.nextIntervalHistogram();
      const { count, maxMs, p99Ms } = report.sections.latency[tag];
      expect(histogram?.tag).toBe(tag);
      expect(histogram?.totalCount).toBe(count);
      expect((histogram?.endTimeStampMsec ?? 0) - (histogram?.startTimeStampMsec ?? 0)).toBe(12_345);
      expect((histogram?.maxValue ?? NaN) / 1e6 / (maxMs ?? NaN)).toBeCloseTo(1, 2);
      expect((histogram?.getValueAtPercentile(99) ?? NaN) / 1e6 / (p99Ms ?? NaN)).toBeCloseTo(1, 2);
    }
    expect(reader.nextIntervalHistogram()).toBeNull();
    const response = rows.filter(({ outcome }) => outcome === 0).map(({ doneMs, dueMs }) => doneMs - dueMs);
    expect((report.sections.latency.response.p99Ms ?? NaN) / (sortedPercentile(response, 99) ?? NaN)).toBeCloseTo(1, 2);
  });
});
