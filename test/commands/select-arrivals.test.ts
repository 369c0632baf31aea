import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutTrace, selectArrivals } from '#src/commands/select-arrivals';
import { closeArrivals } from '#src/trace-file/arrival-store';
import { choosePayloads } from '#src/trace-file/choose-payloads';
import { readRows, valueAt } from '#src/trace-file/read-rows';
import { readTrace } from '#src/trace-file/read-trace';
import type { ColumnValue, Payload, Trace } from '#src/trace';
import { runCli } from '../support/run-cli.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-select-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function traceOf(csv: string): Promise<Trace> {
  const path = join(folder, 'trace.csv');
  writeFileSync(path, csv);
  return readTrace(path, { spoolDir: folder, stdin: (async function* () {})() });
}

/** Time, payload and the values of the columns of each arrival; the store is closed. */
function rowsOf(trace: Trace): readonly (readonly (ColumnValue | undefined)[])[] {
  const rows = [...readRows(trace.store)].flatMap(({ atMs, payload, columns = [] }) =>
    Array.from(atMs, (at, row) => [at, payload?.[row] ?? 0, ...columns.map((column) => valueAt(column, row))]),
  );
  closeArrivals(trace.store);
  expect(rows).toHaveLength(trace.count);
  return rows;
}

describe('arrivals are selected', () => {
  it('with their times, payloads and columns, over blocks', async () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, i) => `${String(i)},${i % 3 === 0 ? 'a' : 'b'},${String(i % 5)}\n`,
    );
    const trace = await traceOf(`at_ms,model,turn\n${lines.join('')}`);
    const selected = selectArrivals(trace, { where: 'model = a and turn >= 3', payloadBy: undefined });
    expect(selected.durationMs).toBe(9999);
    expect(selected.notes?.[0]).toMatch(/Only arrivals with model = a and turn >= 3 were taken: 1334 of 10000/);
    const expected = Array.from({ length: 10_000 }, (_, i) => i).filter((i) => i % 3 === 0 && i % 5 >= 3);
    expect(rowsOf(selected)).toEqual(expected.map((i) => [i, 0, 'a', i % 5]));
  });

  it('none is an error, and so is a column that was not kept', async () => {
    const select = async (where: string): Promise<unknown> =>
      selectArrivals(await traceOf('at_ms,model,x,x\n1,a,1,2\n'), { where, payloadBy: undefined });
    await expect(select('model = b')).rejects.toThrow(/--where model = b: none of the 1 arrival fulfils it/);
    await expect(select('x = 1')).rejects.toThrow(/column "x" of the trace was not kept: it occurs twice/);
  });

  it('windows cut anywhere hold together what the whole does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 999 }),
        async (times, at) => {
          const sorted = [...times].sort((a, b) => a - b);
          const csv = `at_ms,n\n${sorted.map((time, i) => `${String(time)},${String(i)}\n`).join('')}`;
          const part = async (fromMs: number, toMs: number): Promise<readonly (readonly unknown[])[]> => {
            const trace = await traceOf(csv);
            const isEmpty = !sorted.some((time) => time >= fromMs && time < toMs);
            if (!isEmpty) return rowsOf(cutTrace(trace, { fromMs, toMs, speed: 2 }));
            expect(() => cutTrace(trace, { fromMs, toMs, speed: 2 })).toThrow(/no request is due/);
            return [];
          };
          const [first, second] = [await part(0, at), await part(at, Infinity)];
          expect(first.map(([time, , n]) => [Number(time) * 2, n])).toEqual(
            sorted.flatMap((time, i) => (time < at ? [[time, i]] : [])),
          );
          expect(second.map(([time, , n]) => [Number(time) * 2 + at, n])).toEqual(
            sorted.flatMap((time, i) => (time >= at ? [[time, i]] : [])),
          );
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a column chooses payloads', () => {
  const labelled = (...labels: readonly (string | undefined)[]): Payload[] =>
    labels.map((label) => ({
      kind: 'bytes',
      contentType: 'a/b',
      bytes: new Uint8Array(0),
      ...(label === undefined ? {} : { label }),
    }));

  async function chosen(csv: string, payloads: readonly Payload[]): Promise<readonly unknown[]> {
    const trace = { ...(await traceOf(csv)), payloads };
    return rowsOf(selectArrivals(trace, { where: undefined, payloadBy: 'c' })).map(([, payload]) => payload);
  }

  it('by label, by the nearest number, or equal values alike', async () => {
    expect(await chosen('at_ms,c\n1,b\n2,a\n3,b\n', labelled('a', 'b'))).toEqual([1, 0, 1]);
    expect(await chosen('at_ms,c\n1,10\n2,150\n3,151\n4,9000\n5,-1\n', labelled('200', '100', '1000'))).toEqual([
      1, 1, 0, 2, 1,
    ]);
    expect(await chosen('at_ms,c\n1,x\n2,y\n3,x\n4,z\n5,\n', labelled(undefined, undefined))).toEqual([0, 1, 0, 0, 1]);
  });

  it('nearest is what trying all labels finds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(50), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(60), { minLength: 1, maxLength: 20 }),
        async (labels, values) => {
          const found = await chosen(
            `at_ms,c\n${values.map((value) => `1,${String(value)}\n`).join('')}`,
            labelled(...labels.map(String)),
          );
          for (const [i, value] of values.entries()) {
            const best = Math.min(...labels.map((label) => Math.abs(label - value)));
            expect(labels[found[i] as number]).toBe(
              Math.min(...labels.filter((label) => Math.abs(label - value) === best)),
            );
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each([
    ['at_ms,d\n1,1\n', ['a'], /no column "c"; it has d/],
    ['at_ms,c\n1,1\n', [], /there are none/],
    ['at_ms,c\n1,x\n', ['a'], /no payload has the label "x"/],
    ['at_ms,c\n1,\n2,a\n', ['a'], /an arrival without a value/],
    ['at_ms,c\n1,5\n', ['1', 'a'], /the payload "a" has a label that is none/],
    ['at_ms,c\n1,\n2,3\n', ['1'], /an arrival has no value/],
  ])('%j with %j is refused', async (csv, labels, tells) => {
    await expect(chosen(csv, labelled(...labels))).rejects.toThrow(tells);
    const trace = await traceOf(csv);
    closeArrivals(trace.store);
    if (labels.length === 0) expect(() => choosePayloads(trace, 'c')).toThrow(tells);
  });
});

it('the commands take the same flags: run, estimate, check and predict select alike', async () => {
  const csv = join(folder, 'log.txt');
  const rows = Array.from({ length: 300 }, (_, i) => `${String(i / 10)},${i % 2 === 0 ? 'http' : 'timer'}\n`).join('');
  writeFileSync(csv, `when,trigger\n${rows}`);
  const flags = [
    '--trace-format',
    'csv',
    '--column',
    'when',
    '--unit',
    's',
    '--where',
    'trigger = http',
    '--from',
    '10s',
    '--to',
    '20s',
  ];
  const out = join(folder, 'run');
  const run = await runCli([
    'run',
    csv,
    ...flags,
    '--backend',
    'simulated',
    '--time',
    'virtual',
    '-o',
    out,
    '--no-html',
  ]);
  expect(run.code, run.stderr).toBe(0);
  const record = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as {
    plan: { planned: number };
    notes: string[];
  };
  expect(record.plan.planned).toBe(50);
  expect(record.notes.join('\n')).toMatch(/Only arrivals with trigger = http were taken: 150 of 300/);
  const estimate = await runCli([
    'estimate',
    csv,
    ...flags,
    '--backend',
    'lambda',
    '--memory',
    '512',
    '--billed-ms',
    '5',
  ]);
  expect(estimate.stdout).toMatch(/50 requests in 10 s/);
  const check = await runCli(['check', csv, ...flags, '--backend', 'simulated', '--no-request']);
  expect(check.stdout + check.stderr).toMatch(/\b50\b/);
  const predict = await runCli([
    'predict',
    csv,
    ...flags,
    '--system',
    'aws-lambda',
    '--draws',
    '2',
    '--json',
    '--quiet',
  ]);
  expect(predict.code, predict.stderr).toBe(0);
  const cells = JSON.parse(predict.stdout) as { workloads: { requests: number }[] };
  expect(cells.workloads[0]?.requests).toBe(50);
  const wrong = await runCli(['run', csv, ...flags.slice(0, 6), '--where', 'triger = http', '--backend', 'null']);
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringMatching(/--where, character 1: there is no column "triger"; did you mean "trigger"\?/),
  ]);
}, 60_000);

it('a run notes stamps of a coarse clock, and not those of a schedule', async () => {
  mkdirSync(join(folder, 'coarse'));
  const notesOf = async (name: string, times: readonly number[]): Promise<string> => {
    const path = join(folder, 'coarse', `${name}.csv`);
    writeFileSync(path, `at_ms\n${times.map((time) => `${String(time)}\n`).join('')}`);
    const out = join(folder, 'coarse', name);
    await runCli(['run', path, '--backend', 'simulated', '--time', 'virtual', '-o', out, '--no-html']);
    return (JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as { notes: string[] }).notes.join('\n');
  };
  expect(
    await notesOf(
      'seconds',
      Array.from({ length: 100 }, (_, i) => Math.floor(i / 7) * 1000),
    ),
  ).toMatch(/All 100 arrivals of the trace lie whole multiples of 1 s apart, and up to 7 come at once/);
  expect(
    await notesOf(
      'even',
      Array.from({ length: 100 }, (_, i) => i * 100),
    ),
  ).not.toMatch(/multiples/);
}, 60_000);
