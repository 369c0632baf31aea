import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createRecorder } from '#src/loop/recorder';
import { COLUMN_NAMES, columnOf, DECLARED_NAMES, type SampleColumnName } from '#src/sample-log/columns';
import { openSampleLog, readSampleLog } from '#src/sample-log/sample-log';
import { buffersOf, USAGE_NAMES, type Outcome, type SampleBlock } from '#src/sample';

const folder = mkdtempSync(join(tmpdir(), 'columns-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const OLD_LOGS = join(import.meta.dirname, 'old-logs');

async function read(path: string): Promise<SampleBlock[]> {
  const blocks: SampleBlock[] = [];
  for await (const block of readSampleLog(path)) blocks.push(block);
  return blocks;
}

/** Typed arrays as lists, NaN as null. */
function plain(blocks: readonly SampleBlock[]): unknown {
  const listed = (_: string, value: unknown): unknown =>
    ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
  return JSON.parse(JSON.stringify(blocks, listed));
}

/** The recorder makes no columns of metrics for a block in which no row has any; the reader does. */
function asRecorded({ metrics = [], ...block }: SampleBlock): SampleBlock {
  return metrics.every((column) => column.every(Number.isNaN)) ? block : { ...block, metrics };
}

/** The usage that the version which wrote the old logs knew. */
const USED_THEN = USAGE_NAMES.filter((name) => columnOf(name).since <= 4);

describe('logs of earlier versions', () => {
  /** Written, and read, by the version before the table of columns was made. */
  const found = JSON.parse(readFileSync(join(OLD_LOGS, 'read.json'), 'utf8')) as Record<string, unknown[]>;

  test.each(Object.keys(found))('%s: every value is the one that the version that wrote it read', async (name) => {
    expect(plain(await read(join(OLD_LOGS, `${name}.arrows`)))).toMatchObject(found[name] ?? []);
  });

  test.each([
    ['plain', {}],
    ['cpu', { declared: USED_THEN }],
    ['payloads', { payloads: true }],
    ['metrics', { metrics: ['tokens', 'depth'] }],
    ['all', { declared: USED_THEN, payloads: true, batched: true, metrics: ['tokens', 'depth'] }],
  ])('%s: a log of the same columns is the same, byte for byte', async (name, columns) => {
    const old = join(OLD_LOGS, `${name}.arrows`);
    const path = join(folder, `${name}.arrows`);
    const log = await openSampleLog(path, { ...columns, key: 'k' });
    for (const block of await read(old)) log.write(asRecorded(block));
    await log.close();
    expect(readFileSync(path).equals(readFileSync(old))).toBe(true);
  });
});

/** A value of its own for each column and row. */
const valueOf = (name: SampleColumnName, row: number): number => 1 + COLUMN_NAMES.indexOf(name) * 1000 + row;

const TIMES = COLUMN_NAMES.filter((name) => {
  const { kind, group } = columnOf(name);
  return kind === 'number' && group === undefined && !['dueMs', 'releaseMs', 'handedMs'].includes(name);
});

/** Rows in which every column has a value, as a worker records, flushes and transfers them. */
function recorded(rows: number, declared: (typeof DECLARED_NAMES)[number][]): SampleBlock[] {
  const blocks: SampleBlock[] = [];
  const take = (block: SampleBlock): void => void blocks.push(structuredClone(block, { transfer: buffersOf(block) }));
  const recorder = createRecorder(3, take, [], [], declared);
  const valued = (names: readonly SampleColumnName[], row: number): object =>
    Object.fromEntries(names.map((name) => [name, valueOf(name, row)]));
  for (let row = 0; row < rows; row++) {
    const outcome = { ok: false, failure: 'cut', detail: `d${String(row)}`, coldStart: 'cold' } as const;
    const usage = valued(USAGE_NAMES, row);
    recorder.record(
      { seq: row, dueMs: valueOf('dueMs', row), handedMs: valueOf('handedMs', row), payload: valueOf('payload', row) },
      { ...outcome, ...valued(TIMES, row), usage } as Outcome,
      { releaseMs: valueOf('releaseMs', row), invocation: row },
    );
    if (row % 100 === 99) recorder.flush();
  }
  recorder.flush();
  return blocks;
}

function expectValues(blocks: readonly SampleBlock[], declared: readonly SampleColumnName[]): void {
  let from = 0;
  for (const block of blocks) {
    for (const name of COLUMN_NAMES.filter((one) => columnOf(one).kind === 'number')) {
      const isKept = columnOf(name).written !== 'declared' || declared.includes(name);
      const column = Object.entries({ ...block, ...block.usage }).find(([key]) => key === name)?.[1] as Float64Array;
      const wanted = Array.from({ length: block.rows }, (_, row) => (isKept ? valueOf(name, from + row) : NaN));
      expect([name, Array.from(column?.subarray(0, block.rows) ?? wanted.map(() => NaN))]).toEqual([name, wanted]);
    }
    from += block.rows;
  }
}

describe('every column of the table', () => {
  test('comes through the recorder, the transfer and the log with its own values, where it is declared', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 250 }), fc.subarray([...DECLARED_NAMES]), async (rows, declared) => {
        const blocks = recorded(rows, declared);
        expectValues(blocks, declared);
        const path = join(folder, 'through.arrows');
        const log = await openSampleLog(path, { declared, payloads: true, batched: true });
        for (const block of blocks) log.write(block);
        await log.close();
        const back = await read(path);
        expectValues(back, declared);
        for (const [i, { seq, payload, invocation, details, worker }] of back.entries())
          expect({ seq, payload, invocation, details, worker }).toEqual({
            seq: blocks[i]?.seq.slice(0, seq.length),
            payload: blocks[i]?.payload?.slice(0, seq.length),
            invocation: blocks[i]?.invocation,
            details: blocks[i]?.details,
            worker: 3,
          });
      }),
      { numRuns: 25 },
    );
  });

  test('costs no byte where it is not declared', async () => {
    const sizeOf = async (blocks: readonly SampleBlock[], declared: (typeof DECLARED_NAMES)[number][]) => {
      const path = join(folder, 'size.arrows');
      const log = await openSampleLog(path, { declared });
      for (const block of blocks) log.write(block);
      await log.close();
      return statSync(path).size;
    };
    const none = await sizeOf(recorded(1000, []), []);
    expect(await sizeOf(recorded(1000, [...DECLARED_NAMES]), [])).toBe(none);
    const one = await sizeOf(recorded(1000, ['cpuMs']), ['cpuMs']);
    expect(one - none).toBeLessThan(8 * 1000 + 2000);
  });

  test('has a name of its own, in the samples and in the log', () => {
    const logs = COLUMN_NAMES.map((name) => columnOf(name).log);
    expect(new Set(logs).size).toBe(logs.length);
    for (const log of logs) expect(log).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  test('is a row of the table in docs/sample-log.md', () => {
    const docs = readFileSync(join(import.meta.dirname, '../../docs/sample-log.md'), 'utf8');
    const rows = docs
      .split('\n')
      .filter((line) => /^\| `/.test(line))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    const TYPES = { index: 'uint32', number: 'float64', word: 'dictionary of text', worker: 'uint16', text: 'text' };
    const WRITTEN = { declared: 'where declared', payloads: 'with several payloads', batches: 'with batches' };
    const expected = COLUMN_NAMES.map((name) => {
      const { log, kind, unit, since, written, meaning } = columnOf(name);
      return [
        `\`${log}\``,
        TYPES[kind],
        unit ?? '',
        written === undefined ? 'always' : WRITTEN[written],
        String(since),
        meaning,
      ];
    });
    expect(rows).toEqual(expected);
  });
});
