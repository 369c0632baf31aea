import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSampleLog } from '#src/sample-log/sample-log';
import { csvCell, csvText } from '#src/export/csv-text';
import { exportSamples, type ExportFormat } from '#src/export/export-samples';
import { jsonLines } from '#src/export/json-lines';
import { parquetBytes } from '#src/export/parquet-bytes';
import { exportColumns, type ExportBlock } from '#src/export/export-column';
import { layoutOf } from '#src/sample-log/columns';
import { UserError } from '#src/errors';
import { USAGE_NAMES, type SampleBlock, type UsageColumns } from '#src/sample';
import { makeRows, shuffled, toBlock } from '../collectors/sample-rows.js';
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

function withUsage(block: SampleBlock, seed: number): SampleBlock {
  const value = (i: number): number => ((i + seed) % 3 === 0 ? NaN : (i * 7919 + seed) / 3);
  const columns = USAGE_NAMES.map((name, n) => [
    name,
    Float64Array.from({ length: block.rows }, (_, i) => value(i + n)),
  ]);
  return { ...block, usage: Object.fromEntries(columns) as UsageColumns };
}

/** A run's folder with these samples. */
async function runWith(
  name: string,
  blocks: readonly SampleBlock[],
  usage: boolean,
  record: object = {},
): Promise<string> {
  const run = join(folder, name);
  mkdirSync(run, { recursive: true });
  const cost = { billing: usage ? { model: 'none' } : null, prices: '2026-11', machine: null };
  writeFileSync(
    join(run, 'run.json'),
    JSON.stringify({
      ...{ format: 1, id: name, backend: 'http', plan: { duePerSecond: [], warmupMs: WARMUP_MS }, cost },
      ...record,
    }),
  );
  const log = await openSampleLog(join(run, 'samples.arrows'), {
    declared: usage ? USAGE_NAMES : [],
    payloads: blocks.some(({ payload }) => payload !== undefined),
  });
  for (const block of blocks) log.write(block);
  await log.close();
  return run;
}

const WARMUP_MS = 500;
const never = new AbortController().signal;

async function exported(run: string, format: ExportFormat): Promise<Buffer> {
  const path = join(run, `samples.${format}`);
  await exportSamples([run], format, path, never);
  return readFileSync(path);
}

type Cell = number | string | boolean | null;
type Cells = Readonly<Record<string, Cell>>;

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

const TEXTS = ['outcome', 'cold_start', 'detail', 'due_at', 'run', 'system'];
const FLAGS = ['warmup'];

function csvRows(bytes: Buffer): Cells[] {
  const [head = [], ...rows] = parseCsv(bytes.toString());
  const names = head.map(({ cell }) => cell);
  return rows.map((row) => {
    expect(row).toHaveLength(names.length);
    return Object.fromEntries(row.map((one, i) => [names[i] ?? '', valueOf(names[i] ?? '', one)]));
  });
}

function valueOf(name: string, { cell, quoted }: { cell: string; quoted: boolean }): Cell {
  if (cell === '' && !quoted) return null;
  if (FLAGS.includes(name)) return JSON.parse(cell) as boolean;
  return TEXTS.includes(name) ? cell.replace(/^'(?=[=+\-@])/, '') : Number(cell);
}

/** What a row says besides its log, by the definitions of the report. */
function derived(row: Cells, run: string): Cells {
  const [due, sent, handed, done] = ['due_ms', 'sent_ms', 'handed_ms', 'done_ms'].map((name) => (row[name] ?? NaN) as number); // prettier-ignore
  const ok = row['outcome'] === 'ok';
  const known = (ms: number): number | null => (ok && !Number.isNaN(ms) ? ms : null);
  return {
    response_ms: known((done ?? NaN) - (due ?? NaN)),
    service_ms: known((done ?? NaN) - (Number.isNaN(sent) ? (handed ?? NaN) : (sent ?? NaN))),
    warmup: (due ?? NaN) < WARMUP_MS,
    due_at: null,
    run,
    system: 'http',
  };
}

function plainOf(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'bigint' ? Number(value) : value;
}

async function parquetRows(bytes: Buffer): Promise<Cells[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const rows = await parquetReadObjects({ file: file as ArrayBuffer });
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainOf(value)])),
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
        const blocks = shuffled(rows, seed).map((block, i) => (usage && i % 2 === 0 ? withUsage(block, seed) : block));
        const run = await runWith('same', blocks, usage);
        const expected = arrowRows(run).map((row) => ({ ...row, ...derived(row, run) }));
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
    expect((await exported(run, 'csv')).toString().trim().split(',')).toHaveLength(19);
    expect((await exported(run, 'jsonl')).toString()).toBe('');
    expect(await parquetRows(await exported(run, 'parquet'))).toEqual([]);
  });
});

describe('several runs give one table', () => {
  const rows = makeRows(300, 8, 5);
  const dueZeroAt = '2026-11-30T12:00:00.250Z';
  const payload = Uint32Array.from(rows, ({ seq }) => seq % 3);
  let both: readonly string[] = [];
  beforeAll(async () => {
    const machine = { name: 'aws:t2.2xlarge', count: 2 };
    const cost = { billing: null, prices: '2026-11', machine };
    both = [
      await runWith('dated', [{ ...toBlock(rows), payload }], false, { dueZeroAt, cost }),
      await runWith('named', [toBlock(rows)], true, {
        series: { id: 's', repeat: 1, of: 1, system: '=lambda' },
        end: { endedAt: '2026-11-30T13:00:01.000Z', endedMs: 1000 },
      }),
    ];
  });

  const written = async (format: ExportFormat): Promise<Buffer> => {
    const out = join(folder, `both.${format}`);
    const { code, stderr } = await runCli(['export', ...both, '--format', format, '-o', out]);
    expect([code, stderr]).toEqual([0, '600 rows written\n']);
    return readFileSync(out);
  };

  it('with the run, the system, the date and the payload of each row', async () => {
    const table = csvRows(await written('csv'));
    const dates = [Date.parse(dueZeroAt), Date.parse('2026-11-30T13:00:00Z')];
    table.forEach((row, i) => {
      const second = i >= rows.length;
      expect([row['run'], row['system']]).toEqual([both[second ? 1 : 0], second ? '=lambda' : 'http on aws:t2.2xlarge x 2']); // prettier-ignore
      expect(row['payload']).toBe(second ? 0 : Number(row['seq']) % 3);
      const at = String(row['due_at']);
      expect(at).toMatch(/^2026-11-30T1[23]:\d\d:\d\d\.\d{6}Z$/);
      const ms = Date.parse(at) + Number(at.slice(23, 26)) / 1000; // a date of JavaScript ends with ms
      expect(Math.abs(ms - (dates[second ? 1 : 0] ?? NaN) - Number(row['due_ms']))).toBeLessThan(0.002);
    });
    const lines = (await written('jsonl')).toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as Cells)).toEqual(table);
    const parquet = await parquetRows(await written('parquet'));
    expect(parquet.map(({ due_at: at }) => at)).toEqual(
      table.map(({ due_at: at }) => String(at).replace(/\d{3}Z$/, 'Z')),
    );
  });

  it('of which none is given twice', async () => {
    const { code, stderr } = await runCli(['export', both[0] ?? '', `${both[0] ?? ''}/`, '--format', 'csv']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/is given twice; give each run once/)]);
  });

  it('pandas reads dates, flags and texts as such', async () => {
    const python = pythonWith('pandas');
    if (python === undefined) return;
    await written('csv');
    const script = "import pandas as pd; f = pd.read_csv('both.csv', parse_dates=['due_at']); print(f.due_at.dtype, f.warmup.dtype, f.response_ms.dtype)"; // prettier-ignore
    const said = execFileSync(python, ['-c', script], { cwd: folder, encoding: 'utf8' });
    expect(said.trim()).toMatch(/^datetime64\[.s, UTC\] bool float64$/);
  });
});

it('the payloads of a real run are in its log and in its export', async () => {
  const trace = join(folder, 'mix.json');
  const arrivals = Array.from({ length: 40 }, (_, i) => i * 10);
  const payloads = ['a', 'b', 'c'].map((text) => ({ text }));
  writeFileSync(trace, JSON.stringify({ format: 1, name: 'mix', durationMs: 400, payloads, atMs: arrivals, payload: arrivals.map((_, i) => (i * i) % 3) })); // prettier-ignore
  for (const more of [[], ['--batch-size', '4', '--batch-wait', '30ms']]) {
    const run = join(folder, `mix-${String(more.length)}`);
    const { code, stderr } = await runCli(['run', trace, '--backend', 'simulated', '--time', 'virtual', ...more, '--out', run, '--format', 'quiet']); // prettier-ignore
    expect([code, stderr]).toEqual([0, '']);
    const table = csvRows(await exported(run, 'csv'));
    expect(table).toHaveLength(40);
    for (const row of table) expect(row['payload']).toBe(Number(row['seq']) ** 2 % 3);
  }
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
    await expect(exportSamples([run], 'csv', join(out, 'a.csv'), stopped.signal)).rejects.toThrow();
    const broken = await runWith('broken', shuffled(makeRows(3000, 4, 5), 4), false);
    const bytes = readFileSync(join(broken, 'samples.arrows'));
    writeFileSync(
      join(broken, 'samples.arrows'),
      Buffer.concat([bytes.subarray(0, bytes.length - 8), Buffer.alloc(64, 7)]),
    );
    writeFileSync(join(out, 'b.csv'), 'before');
    await expect(exportSamples([broken], 'csv', join(out, 'b.csv'), never)).rejects.toThrow(UserError);
    await expect(exportSamples([run], 'csv', join(out, 'none', 'c.csv'), never)).rejects.toThrow(
      /no such file or folder/,
    );
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
      `${cut}: the run was killed; the rows that it had not written yet are missing\n${String(rows)} rows written\n`,
    ]);
  });
});

it('memory does not grow with a run: an endless one is written as it comes', async () => {
  let pulled = 0;
  const block = toBlock(makeRows(4000, 1, 5));
  const run = { folder: 'run', system: 'http', dueZeroMs: 0, warmupMs: 0, usage: false, metrics: [], lostRows: 0 };
  async function* endless(): AsyncGenerator<ExportBlock> {
    for (;;) yield await Promise.resolve((pulled++, { ...block, run }));
  }
  const columns = exportColumns(layoutOf({}));
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
  const run = await runWith('large', Array<SampleBlock>(10).fill(toBlock(makeRows(4000, 1, 5))), false);
  const script = '"$0" "$1" export "$2" --format csv | head -1';
  const left = spawnSync('bash', ['-o', 'pipefail', '-c', script, process.execPath, CLI, run], { encoding: 'utf8' });
  expect([left.status, left.stderr, left.stdout.startsWith('seq,due_ms')]).toEqual([0, '', true]);
});

describe('the examples of the page', () => {
  const page = readFileSync(join(ROOT, 'docs/export.md'), 'utf8');
  const block = (language: string): string =>
    new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'ms').exec(page)?.[1] ?? '';
  const all = makeRows(500, 6, 5).map((row) => ({
    ...row,
    handedMs: row.dueMs,
    doneMs: row.dueMs + ((row.seq * 7919) % 503),
  }));
  const rows = all.filter(({ dueMs }) => dueMs >= WARMUP_MS);
  const ok = rows
    .filter(({ outcome }) => outcome === 0)
    .map((row) => row.doneMs - row.dueMs)
    .sort((a, b) => a - b);
  const [p50, p99] = [ok[Math.ceil(0.5 * ok.length) - 1] ?? NaN, ok[Math.ceil(0.99 * ok.length) - 1] ?? NaN];
  const facts = [rows.length, ok.length / rows.length, p50, p99];
  let run = '';
  beforeAll(async () => {
    run = await runWith('page', shuffled(all, 6), false);
    await exported(run, 'csv');
    await exported(run, 'parquet');
  });

  const expectFacts = (said: string): void => {
    const numbers = said
      .trim()
      .split(/[\s,]+/)
      .map(Number);
    expect(numbers).toHaveLength(4);
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
