import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSampleLog } from '#src/collectors/sample-log';
import { csvCell, csvText } from '#src/export/csv-text';
import { exportSamples, type ExportFormat } from '#src/export/export-samples';
import { jsonLines } from '#src/export/json-lines';
import { parquetBytes } from '#src/export/parquet-bytes';
import { sampleColumns } from '#src/export/sample-column';
import { UserError } from '#src/errors';
import { USAGE_NAMES, type SampleBatch, type UsageColumns } from '#src/sample';
import { makeRows, shuffled, toBatch } from '../collectors/sample-rows.js';
import { pythonWith } from '../support/python.js';
import { CLI, ROOT, runCli } from '../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-export-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What a service may answer, and a spreadsheet must not compute. */
const DETAILS = [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '=cmd|"/C calc"!A0',
  'plain',
  'a,b',
  'say "hi"',
  'ünï 💥',
  "'quoted",
  '1e5',
];

function withUsage(batch: SampleBatch, seed: number): SampleBatch {
  const value = (i: number): number => ((i + seed) % 3 === 0 ? NaN : (i * 7919 + seed) / 3);
  const columns = USAGE_NAMES.map((name, n) => [
    name,
    Float64Array.from({ length: batch.rows }, (_, i) => value(i + n)),
  ]);
  return { ...batch, usage: Object.fromEntries(columns) as UsageColumns };
}

/** A run's folder with these samples. */
async function runWith(name: string, batches: readonly SampleBatch[], usage: boolean): Promise<string> {
  const run = join(folder, name);
  mkdirSync(run, { recursive: true });
  const cost = { billing: usage ? { model: 'none' } : null, prices: '2026-11', machine: null };
  writeFileSync(join(run, 'run.json'), JSON.stringify({ format: 1, id: name, plan: { duePerSecond: [] }, cost }));
  const log = await openSampleLog(join(run, 'samples.arrows'), { usage });
  for (const batch of batches) log.write(batch);
  await log.close();
  return run;
}

const never = new AbortController().signal;

async function exported(run: string, format: ExportFormat): Promise<Buffer> {
  const path = join(run, `samples.${format}`);
  await exportSamples(run, format, path, never);
  return readFileSync(path);
}

type Cells = Readonly<Record<string, number | string | null>>;

/** The log as Apache Arrow reads it, which knows nothing of ours. */
function arrowRows(run: string): Cells[] {
  const table = tableFromIPC(readFileSync(join(run, 'samples.arrows')));
  return table.toArray().map((row: { toJSON(): Cells }) => row.toJSON());
}

/** RFC 4180, one character at a time. */
function parseCsv(text: string): { cell: string; quoted: boolean }[][] {
  const rows: { cell: string; quoted: boolean }[][] = [[]];
  for (let at = 0; at < text.length;) {
    const quoted = text[at] === '"';
    let cell = '';
    if (quoted) {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) cell += text[text[at] === '"' ? at++ : at] ?? '';
      at++;
    } else while (at < text.length && !',\n'.includes(text[at] ?? '')) cell += text[at++] ?? '';
    rows.at(-1)?.push({ cell, quoted });
    if (text[at++] === '\n') rows.push([]);
  }
  expect(rows.pop()).toEqual([]); // the last line ends
  return rows;
}

const TEXTS = ['outcome', 'cold_start', 'detail'];

function csvRows(bytes: Buffer): Cells[] {
  const [head = [], ...rows] = parseCsv(bytes.toString());
  const names = head.map(({ cell }) => cell);
  return rows.map((row) => {
    expect(row).toHaveLength(names.length);
    return Object.fromEntries(row.map((one, i) => [names[i] ?? '', valueOf(names[i] ?? '', one)]));
  });
}

function valueOf(name: string, { cell, quoted }: { cell: string; quoted: boolean }): number | string | null {
  if (cell === '' && !quoted) return null;
  return TEXTS.includes(name) ? cell.replace(/^'(?=[=+\-@])/, '') : Number(cell);
}

async function parquetRows(bytes: Buffer): Promise<Cells[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const rows = await parquetReadObjects({ file: file as ArrayBuffer });
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
    ),
  ) as Cells[];
}

describe('the log, the CSV, the JSON lines and the Parquet hold the same rows', () => {
  it.each([false, true])('usage: %s', async (usage) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 600 }), fc.nat(), async (count, seed) => {
        const rows = makeRows(count, seed, 5).map((row, i) => ({
          ...row,
          detail: row.detail && DETAILS[i % DETAILS.length],
        }));
        const batches = shuffled(rows, seed).map((batch, i) => (usage && i % 2 === 0 ? withUsage(batch, seed) : batch));
        const run = await runWith('same', batches, usage);
        const expected = arrowRows(run);
        expect(csvRows(await exported(run, 'csv'))).toEqual(expected);
        const lines = (await exported(run, 'jsonl')).toString().trimEnd().split('\n');
        expect(lines.map((line) => JSON.parse(line) as Cells)).toEqual(expected);
        expect(await parquetRows(await exported(run, 'parquet'))).toEqual(expected);
        const [first = {}] = expected;
        expect(Object.keys(JSON.parse(lines[0] ?? '') as Cells)).toEqual(Object.keys(first));
      }),
      { numRuns: 5 },
    );
  });

  it('also a run without a row', async () => {
    const run = await runWith('empty', [], false);
    expect((await exported(run, 'csv')).toString().trim().split(',')).toHaveLength(13);
    expect((await exported(run, 'jsonl')).toString()).toBe('');
    expect(await parquetRows(await exported(run, 'parquet'))).toEqual([]);
  });
});

it('no text cell of a CSV begins like a formula, and numbers stay numbers', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '＝'), fc.string()).map((two) => two.join('')),
      ),
      (text) => {
        const cell = csvCell(text);
        const [[read] = []] = parseCsv(`${cell}\n`);
        expect(read?.cell ?? '').not.toMatch(/^[=+\-@\t\r]/);
        expect([text, `'${text}`]).toContain(read?.cell);
      },
    ),
  );
  expect([-1.5, 1e21, 5e-7, null, ''].map(csvCell)).toEqual(['-1.5', '1e+21', '5e-7', '', '""']);
});

describe('a file appears whole or not at all', () => {
  let run = '';
  beforeAll(async () => {
    run = await runWith('whole', shuffled(makeRows(3000, 4, 5), 4), false);
  });

  it('when it is stopped, when the log is damaged, when there is no place', async () => {
    const out = join(folder, 'out');
    mkdirSync(out);
    const stopped = new AbortController();
    stopped.abort();
    await expect(exportSamples(run, 'csv', join(out, 'a.csv'), stopped.signal)).rejects.toThrow();
    const broken = await runWith('broken', shuffled(makeRows(3000, 4, 5), 4), false);
    const bytes = readFileSync(join(broken, 'samples.arrows'));
    writeFileSync(
      join(broken, 'samples.arrows'),
      Buffer.concat([bytes.subarray(0, bytes.length - 8), Buffer.alloc(64, 7)]),
    );
    writeFileSync(join(out, 'b.csv'), 'before');
    await expect(exportSamples(broken, 'csv', join(out, 'b.csv'), never)).rejects.toThrow(UserError);
    await expect(exportSamples(run, 'csv', join(out, 'none', 'c.csv'), never)).rejects.toThrow(
      /no such file or folder/,
    );
    await expect(exportSamples(run, 'csv', '/dev/null', never)).rejects.toThrow(/no regular file/);
    expect(readdirSync(out)).toEqual(['b.csv']);
    expect(readFileSync(join(out, 'b.csv'), 'utf8')).toBe('before');
  });

  it('when the disk takes no more', () => {
    const out = join(folder, 'small');
    mkdirSync(out);
    const script = 'ulimit -f 100; exec "$0" "$1" export "$2" --format jsonl -o "$3"';
    const { status, stderr } = spawnSync('bash', ['-c', script, process.execPath, CLI, run, join(out, 'x.jsonl')], {
      encoding: 'utf8',
    });
    expect([status, stderr.trim()]).toEqual([2, expect.stringMatching(/^replay: .*x\.jsonl: .*ulimit -f/)]);
    expect(readdirSync(out)).toEqual([]);
  });

  it('a run that was killed is exported as far as it goes, and that is said', async () => {
    const cut = await runWith('cut', shuffled(makeRows(3000, 4, 5), 4), false);
    const bytes = readFileSync(join(cut, 'samples.arrows'));
    writeFileSync(join(cut, 'samples.arrows'), bytes.subarray(0, bytes.length - 2000));
    const { code, stdout, stderr } = await runCli(['export', cut, '--format', 'csv']);
    const rows = stdout.trimEnd().split('\n').length - 1;
    expect(rows).toBeGreaterThan(1000);
    expect(rows).toBeLessThan(3000);
    expect([code, stderr]).toEqual([
      0,
      `the run was killed: rows that it had not written yet are missing\n${String(rows)} rows written\n`,
    ]);
  });
});

it('memory does not grow with a run: an endless one is written as it comes', async () => {
  let pulled = 0;
  const batch = toBatch(makeRows(4000, 1, 5));
  async function* endless(): AsyncGenerator<SampleBatch> {
    for (;;) yield await Promise.resolve((pulled++, batch));
  }
  const columns = sampleColumns({ usage: false, batched: false });
  for (const [write, most] of [
    [csvText, 3],
    [jsonLines, 3],
    [parquetBytes, 17],
  ] as const) {
    pulled = 0;
    const pieces = write(endless(), columns);
    await pieces.next();
    await pieces.next();
    expect(pulled).toBeLessThanOrEqual(2 * most);
    await pieces.return(undefined);
  }
});

it('a reader may leave early', async () => {
  const run = await runWith('large', Array<SampleBatch>(10).fill(toBatch(makeRows(4000, 1, 5))), false);
  const script = '"$0" "$1" export "$2" --format csv | head -1';
  const left = spawnSync('bash', ['-o', 'pipefail', '-c', script, process.execPath, CLI, run], { encoding: 'utf8' });
  expect([left.status, left.stderr, left.stdout.startsWith('seq,due_ms')]).toEqual([0, '', true]);
});

describe('the examples of the page', () => {
  const page = readFileSync(join(ROOT, 'docs/export.md'), 'utf8');
  const block = (language: string): string =>
    new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'ms').exec(page)?.[1] ?? '';
  const rows = makeRows(500, 6, 5).map((row) => ({
    ...row,
    handedMs: row.dueMs,
    doneMs: row.dueMs + ((row.seq * 7919) % 503),
  }));
  const ok = rows
    .filter(({ outcome }) => outcome === 0)
    .map((row) => row.doneMs - row.dueMs)
    .sort((a, b) => a - b);
  const p99 = ok[Math.ceil(0.99 * ok.length) - 1] ?? NaN;
  const facts = [rows.length, ok.length / rows.length, p99];
  let run = '';
  beforeAll(async () => {
    run = await runWith('page', shuffled(rows, 6), false);
    await exported(run, 'csv');
    await exported(run, 'parquet');
  });

  const expectFacts = (said: string): void => {
    const numbers = said
      .trim()
      .split(/[\s,]+/)
      .map(Number);
    expect(numbers).toHaveLength(3);
    for (const [i, number] of numbers.entries()) expect(number).toBeCloseTo(facts[i] ?? NaN, 6);
  };

  it('pandas says what the samples say', () => {
    const python = pythonWith('pandas');
    if (python !== undefined)
      expectFacts(execFileSync(python, ['-c', block('python')], { cwd: run, encoding: 'utf8' }));
  });

  it('DuckDB says what the samples say', () => {
    const python = pythonWith('duckdb');
    const script = 'import duckdb, sys; print(*duckdb.sql(sys.argv[1]).fetchone())';
    if (python !== undefined)
      expectFacts(execFileSync(python, ['-c', script, block('sql')], { cwd: run, encoding: 'utf8' }));
  });
});
