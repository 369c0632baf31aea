import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportSamples } from '#src/export/export-samples';
import { runCli } from '../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-kept-'));
const run = join(folder, 'run');
const other = join(folder, 'other');
const never = new AbortController().signal;
const COUNT = 6000;

/** What the trace says of arrival i, computed here a second time. */
const modelOf = (i: number): string | null => (i % 5 === 0 ? null : `m${String(i % 3)}`);
const tokensOf = (i: number): number => i * 1.5;

beforeAll(async () => {
  const path = join(folder, 'trace.jsonl');
  const line = (i: number): string =>
    JSON.stringify({
      at_ms: i,
      model: modelOf(i),
      tokens: tokensOf(i),
      fast: i % 2 === 0,
      blocks: [i, 1],
      secret: 'no',
    });
  writeFileSync(path, `${Array.from({ length: COUNT }, (_, i) => line(i)).join('\n')}\n`);
  const flags = ['--backend', 'simulated', '--time', 'virtual', '--no-html', '--quiet'];
  const keep = ['model', 'tokens', 'fast', 'blocks'].flatMap((name) => ['--keep-column', name]);
  const kept = await runCli(['run', path, ...flags, ...keep, '--where', 'tokens >= 3', '-o', run]);
  const plain = await runCli(['run', path, ...flags, '-n', '5', '-o', other]);
  expect([kept.code, plain.code], kept.stderr + plain.stderr).toEqual([0, 0]);
  const wrong = await runCli(['run', path, ...flags, '--keep-column', 'modle', '-o', join(folder, 'none')]);
  expect([wrong.code, wrong.stderr, existsSync(join(folder, 'none'))]).toEqual([
    2,
    expect.stringMatching(/--keep-column: the trace has no column "modle"; it has model, tokens, fast, blocks, secret/),
    false,
  ]);
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

type Row = Readonly<Record<string, unknown>>;

async function exported(where?: string, ...folders: readonly string[]): Promise<readonly Row[]> {
  const path = join(folder, 'out.jsonl');
  await exportSamples(folders.length === 0 ? [run] : folders, 'jsonl', path, never, where);
  const text = readFileSync(path, 'utf8').trim();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Row);
}

it('an export has the columns that were kept, of the request with that index, and no others', async () => {
  const rows = await exported();
  expect(rows).toHaveLength(COUNT - 2);
  for (const row of rows) {
    const i = Number(row['seq']) + 2;
    expect([row['column_model'], row['column_tokens'], row['column_fast'], row['column_blocks']]).toEqual([
      modelOf(i),
      tokensOf(i),
      i % 2 === 0,
      `[${String(i)},1]`,
    ]);
  }
  expect(Object.keys(rows[0] ?? {})).not.toContain('column_secret');
});

it('is cut by them, and by what was measured', async () => {
  const rows = await exported('model = m1 and tokens < 3000 and outcome = ok');
  const all = Array.from({ length: COUNT }, (_, i) => i).slice(2);
  const expected = all.filter((i) => modelOf(i) === 'm1' && tokensOf(i) < 3000);
  expect(rows.map(({ seq }) => Number(seq) + 2).sort((a, b) => a - b)).toEqual(expected);
  expect(await exported('column_model = null or due_ms < 10')).toHaveLength(
    all.filter((i) => modelOf(i) === null || i < 10).length,
  );
  expect(await exported('outcome = timeout')).toEqual([]);
  await expect(exported('modle = m1')).rejects.toThrow(
    /--where, character 1: there is no column "modle"; did you mean "model"/,
  );
});

it('has null where a run kept nothing, in CSV and Parquet too', async () => {
  const rows = await exported(undefined, run, other);
  expect(rows.filter((row) => row['run'] === other).map((row) => row['column_model'])).toEqual(Array(5).fill(null));
  for (const format of ['csv', 'parquet'] as const) {
    const path = join(folder, `cut.${format}`);
    const { rows: count } = await exportSamples([run, other], format, path, never, 'model = m2');
    expect(count).toBe(rows.filter((row) => row['column_model'] === 'm2').length);
    if (format === 'csv') expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(count + 1);
  }
});
