import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import hdr from 'hdr-histogram-js';
import { beforeAll, describe, expect, it } from 'vitest';
import { hdrEncoding } from '#src/collectors/histogram/hdr-encoding';
import { counted } from '../collectors/counted.js';
import { createHistogram } from '#src/collectors/histogram/histogram';
import { latencySpectrum } from '#src/collectors/histogram/latency-spectrum';
import type { Report, ThresholdResult } from '#src/report';
import { jsonWithoutCommands, renderAnnotations, withoutCommands } from '#src/report/github-annotations';
import { renderJunit } from '#src/report/junit';
import { renderLatencySpectrum } from '#src/report/latency-spectrum';
import { renderMarkdownSummary } from '#src/report/markdown-summary';
import { renderReportHtml } from '#src/report/html/render-report-html';
import { renderReportJson } from '#src/report/report-json';
import { renderReportText } from '#src/report/report-text';
import { ENDED, makeRows, planFor, toBlock } from '../collectors/sample-rows.js';
import { madeReport, RUN } from '../report/made-report.js';
import { commandsIn } from './github-runner.js';

const OK: ThresholdResult = { text: 'success>=90%', actual: 0.95, unit: 'share', limit: 0.9, ok: true, why: null };
const FAILED: ThresholdResult = {
  text: 'all.p(99)<200ms',
  actual: null,
  unit: 'ms',
  limit: 200,
  ok: false,
  why: '12 of 1000 requests (1.2%) failed or were never sent, so it is infinite',
};

const rows = makeRows(300, 5, 2, 0.05);
let sound: Report;

beforeAll(async () => {
  const { report } = await madeReport(planFor(rows), [toBlock(rows)], ENDED);
  sound = { ...report, verdict: { valid: true, reasons: [] } };
});

interface Change {
  readonly name?: string;
  readonly backend?: string;
  readonly reasons?: readonly string[];
  readonly stopReason?: string | null;
  readonly thresholds?: readonly ThresholdResult[];
}

function changed({ name = 'poisson', backend = 'http', reasons = [], stopReason = null, thresholds }: Change): Report {
  return {
    ...sound,
    run: { ...RUN, trace: { ...RUN.trace, name }, backend, stopReason },
    verdict: { valid: reasons.length === 0, reasons },
    sections: { ...sound.sections, ...(thresholds === undefined ? {} : { thresholds }) },
  };
}

/** Names and answers made to break out of any of the formats. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        ...[
          ']]>',
          '<![CDATA[',
          '</failure>',
          '&amp;',
          '"/>',
          '\u0000',
          '\u0007',
          '\ud800',
          '\ufffe',
          '\n',
          '\r',
          '\u2028',
          '\u0085',
        ],
        ...[
          '::',
          '::error::x',
          '%0A',
          '##[error]',
          '##',
          '[add-path]',
          '|',
          '`',
          '**',
          '[a](b)',
          '<b>',
          'www.a.b',
          'https://',
          '\\',
          'é',
          '😀',
          ' ',
        ],
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);
const hostileReport = fc
  .record({
    name: hostile,
    backend: hostile,
    reasons: fc.array(
      hostile.filter((text) => text.trim() !== ''),
      { maxLength: 3 },
    ),
    stopReason: fc.option(hostile),
    thresholds: fc.array(
      hostile.map((why) => ({ ...FAILED, why })),
      { maxLength: 2 },
    ),
  })
  .map((change) => ({ change, report: changed({ ...change, thresholds: [OK, ...change.thresholds] }) }));

/** Python's parser (expat) on each of these documents: for each the cases, or what is wrong with it. */
function parsedByExpat(documents: readonly string[]): readonly (readonly (readonly string[])[] | string)[] {
  const script = `
import json, sys
import xml.etree.ElementTree as tree
def read(text):
    try:
        return [[c.get('name')] + [x for w in c for x in (w.tag, w.get('message'), w.text)]
                for c in tree.fromstring(text.encode('utf-8')).iter('testcase')]
    except Exception as e:
        return str(e)
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)`;
  const { stdout, stderr } = spawnSync('python3', ['-c', script], {
    input: JSON.stringify(documents),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as (string[][] | string)[];
}

describe('JUnit', () => {
  it('says which failed, and of the run whether it was invalid or stopped', () => {
    const xml = [
      changed({ thresholds: [OK, FAILED] }),
      changed({ reasons: ['too late'], thresholds: [OK] }),
      changed({ stopReason: 'interrupted by the user' }),
      changed({}),
    ].map(renderJunit);
    const run = 'the run is valid, to its end';
    const why = `all.p(99)<200ms: ${FAILED.why ?? ''}`;
    expect(parsedByExpat(xml)).toEqual([
      [[run], ['success>=90%'], ['all.p(99)<200ms', 'failure', why, why]],
      [[run, 'failure', 'INVALID: too late', 'INVALID: too late'], ['success>=90%']],
      [
        [
          run,
          'error',
          'stopped before its end: interrupted by the user',
          'stopped before its end: interrupted by the user',
        ],
      ],
      [[run]],
    ]);
    expect(xml[0]).toContain('tests="3" failures="1" errors="0"');
    expect(xml[2]).toContain('tests="1" failures="0" errors="1"');
  });

  it('is read by a real parser whatever names and reasons hold, and reads back as them', () => {
    const reports = fc.sample(hostileReport, 300);
    const parsed = parsedByExpat(reports.map(({ report }) => renderJunit(report)));
    const held = (text: string): string =>
      text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
    for (const [i, { change }] of reports.entries()) {
      const cases = parsed[i] as readonly (readonly string[])[];
      expect(cases.map(([name]) => name)).toHaveLength(2 + change.thresholds.length);
      if (change.reasons.length > 0) expect(cases[0]?.[2]).toBe(held(`INVALID: ${change.reasons.join('\n')}`));
      for (const [j, { why }] of change.thresholds.entries())
        expect(cases[2 + j]?.[2]).toBe(held(`all.p(99)<200ms: ${why}`));
    }
  });
});

describe('GitHub', () => {
  it('shows what is wrong, and nothing where all is well', () => {
    expect(renderAnnotations(changed({ thresholds: [OK] }))).toBe('');
    const found = commandsIn(renderAnnotations(changed({ reasons: ['a, b', '100% late'], thresholds: [OK, FAILED] })));
    expect(found).toEqual([
      { name: 'error', properties: { title: 'poisson against http is INVALID' }, data: 'a, b\n100% late' },
      {
        name: 'error',
        properties: { title: 'poisson against http: a threshold failed' },
        data: `all.p(99)<200ms: ${FAILED.why ?? ''}`,
      },
    ]);
  });

  it('takes no command of others from annotations, text or JSON', () => {
    fc.assert(
      fc.property(hostileReport, ({ report, change }) => {
        const wrong =
          (change.reasons.length > 0 ? 1 : 0) + (change.stopReason === null ? 0 : 1) + change.thresholds.length;
        const annotations = commandsIn(renderAnnotations(report));
        expect(annotations.map(({ name, properties }) => [name, ...Object.keys(properties)])).toEqual(
          Array.from({ length: wrong }, () => ['error', 'title']),
        );
        expect(commandsIn(withoutCommands(renderReportText(report)))).toEqual([]);
        const json = JSON.stringify(report, null, 2);
        expect(commandsIn(jsonWithoutCommands(json))).toEqual([]);
        expect(JSON.parse(jsonWithoutCommands(json))).toEqual(JSON.parse(json));
      }),
    );
  });

  it('takes none from any text that was made harmless, and others stay as they are', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(commandsIn(withoutCommands(text))).toEqual([]);
        if (!/::|##\[/.test(text)) expect(withoutCommands(text)).toBe(text);
      }),
      { numRuns: 500 },
    );
    expect(commandsIn('  ::error title=a::b\n x ##[group]y')).toHaveLength(2);
  });
});

describe('the Markdown summary', () => {
  it('has the verdict, the thresholds, latency, outcomes', () => {
    const text = renderMarkdownSummary(changed({ reasons: ['too late'], thresholds: [OK, FAILED] }));
    expect(text).toMatch(/^## replay: poisson against http\n\n\*\*INVALID\*\*.*\n\n- too late\n/);
    expect(text).toContain('| success\\>=90% | ok | 95% |  |');
    expect(text).toMatch(/\| all\\\.p\(99\)\\<200ms \| \*\*failed\*\* \| - \| 12 of 1000 requests/);
    expect(text).toMatch(/\| response \| .*ms \|/);
    expect(text).toMatch(/\| planned \| 300 \|/);
    expect(renderMarkdownSummary(changed({}))).not.toContain('Threshold');
  });

  it('has the same lines, cells and marks whatever names hold', () => {
    const shape = (text: string): string =>
      text
        .replace(/\\[!-/:-@[-`{-~]/g, 'x')
        .split('\n')
        .map((line) => line.replace(/[^|*#<>[\]`&~_\\-]/g, ''))
        .join('\n');
    fc.assert(
      fc.property(hostile, hostile, (name, why) => {
        const render = (some: string, other: string): string =>
          renderMarkdownSummary(
            changed({
              name: some,
              backend: some,
              reasons: [other],
              stopReason: other,
              thresholds: [{ ...FAILED, why: other }],
            }),
          );
        expect(shape(render(name, why))).toBe(shape(render('a', 'b')));
        expect(render(name, why)).not.toMatch(/www\.|https:/);
      }),
    );
  });
});

it('thresholds are what the schema describes', () => {
  const path = new URL('../../schemas/report.schema.json', import.meta.url);
  const schema = JSON.parse(readFileSync(path, 'utf8')) as object;
  const validate = new Ajv2020({ strict: false }).compile(schema);
  expect(
    validate(JSON.parse(renderReportJson(changed({ thresholds: [OK, FAILED] })))),
    JSON.stringify(validate.errors),
  ).toBe(true);
  expect(validate(JSON.parse(renderReportJson(changed({ thresholds: [{ ...OK, ok: 1 as never }] }))))).toBe(false);
});

it('thresholds stand in the text and in the page, escaped', async () => {
  const report = changed({ thresholds: [OK, { ...FAILED, why: 'because of <script>' }] });
  const text = renderReportText(report);
  expect(text).toMatch(/Thresholds {5}ok success>=90%: 95%\n {15}FAILED all\.p\(99\)<200ms: because of\n? *<script>/);
  const page = await renderReportHtml(report, { script: '', style: '' });
  expect(page).toMatch(/1 of 2/);
  expect(page).toContain('because of &#60;script&#62;');
  expect(renderReportText(changed({}))).not.toContain('Thresholds');
});

describe("wrk2's spectrum", () => {
  const spectrumOf = async (values: readonly number[]): Promise<{ text: string; oracle: string; max: number }> => {
    const histogram = createHistogram();
    for (const ms of values) histogram.record(ms);
    const text = renderLatencySpectrum(await latencySpectrum(histogram.counts, histogram.distribution()));
    const encoded = hdrEncoding(counted(histogram.counts));
    const oracle = hdr.decodeFromCompressedBase64(encoded, 64, false).outputPercentileDistribution(5, 1e6);
    return { text, oracle, max: Math.max(...values) };
  };
  const table = (text: string): number[][] =>
    text
      .split('\n')
      .filter((line) => /^ *\d+\.\d+ +[01]\.\d+ +\d+/.test(line))
      .map((line) =>
        line
          .trim()
          .split(/ +/)
          .map((part) => (part === 'inf' ? Infinity : Number(part))),
      );

  it('has the rows of HdrHistogram’s own text, no value above the greatest', async () => {
    const ms = fc.oneof(fc.double({ min: 0, max: 7e6, noNaN: true }), fc.double({ min: 0, max: 300, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(fc.array(ms, { minLength: 1, maxLength: 200 }), async (values) => {
        const { text, oracle, max } = await spectrumOf(values);
        const [ours, theirs] = [table(text), table(oracle)];
        expect(ours.length).toBe(theirs.length);
        for (const [i, [value = NaN, percentile = NaN, count]] of ours.entries()) {
          const [hisValue = NaN, hisPercentile = NaN, hisCount] = theirs[i] ?? [];
          expect(Math.abs(value - Math.min(hisValue, max))).toBeLessThanOrEqual(0.001);
          expect(Math.abs(percentile - hisPercentile)).toBeLessThan(1e-6);
          expect(count).toBe(hisCount);
        }
        const numbers = (line: RegExp): number[] => [text, oracle].map((all) => Number(line.exec(all)?.[1]));
        for (const line of [/Mean {4}= +([\d.]+)/, /Max {5}= +([\d.]+)/]) {
          const [own = NaN, his = NaN] = numbers(line);
          expect(Math.abs(own - his)).toBeLessThanOrEqual(0.001 * his + 0.001);
        }
        for (const line of [/Total count {4}= +(\d+)/, /Buckets = +(\d+)/, /SubBuckets {5}= +(\d+)/])
          expect(numbers(line)[0]).toBe(numbers(line)[1]);
      }),
      { numRuns: 60 },
    );
  });

  it('looks as HdrHistogram’s C library prints it, under wrk2’s heading', async () => {
    // Values and layout of the library's own packaging test; its bucket count is of a shorter range, its rows are these.
    const { text } = await spectrumOf([2, ...Array.from({ length: 10 }, () => 4)]);
    expect(text).toBe(`  Latency Distribution (HdrHistogram - Response Latency)
 50.000%    4.00ms
 75.000%    4.00ms
 90.000%    4.00ms
 99.000%    4.00ms
 99.900%    4.00ms
 99.990%    4.00ms
 99.999%    4.00ms
100.000%    4.00ms

  Detailed Percentile spectrum:
       Value   Percentile   TotalCount 1/(1-Percentile)

       2.001     0.000000            1         1.00
       4.000     0.100000           11         1.11
       4.000     1.000000           11          inf
#[Mean    =        3.818, StdDeviation   =        0.575]
#[Max     =        4.000, Total count    =           11]
#[Buckets =           33, SubBuckets     =         2048]
----------------------------------------------------------
`);
  });

  it.each([
    [0.1, '  100.00us'],
    [0.849, '  849.00us'],
    [0.85, '    0.85ms'],
    [999.99, '  999.99ms'],
    [1000, '    1.00s '],
    [60_000, '    1.00m '],
  ])('%f ms is %s', async (ms, text) => {
    expect((await spectrumOf([ms])).text).toContain(`100.000%${text}\n`);
  });

  it('of nothing has no row', async () => {
    const { text } = await spectrumOf([]);
    expect(table(text)).toEqual([]);
    expect(text).toContain('Total count    =            0');
  });
});
