import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSampleLog, readSampleLog } from '#src/sample-log/sample-log';
import { UserError } from '#src/errors';
import { COLD_STARTS, OUTCOMES, type SampleBlock } from '#src/sample';
import { makeRows, seeds, shuffled, toBlock } from '../collectors/sample-rows.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sample-log-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function write(path: string, blocks: readonly SampleBlock[]): Promise<void> {
  const log = await openSampleLog(path);
  for (const block of blocks) log.write(block);
  await log.close();
  expect(log.pending).toBe(0);
}

async function read(path: string): Promise<{ blocks: SampleBlock[]; truncated: boolean | undefined }> {
  const blocks: SampleBlock[] = [];
  let truncated: boolean | undefined;
  for await (const block of readSampleLog(path, { onEnd: (end) => (truncated = end.truncated) })) blocks.push(block);
  return { blocks, truncated };
}

describe('the sample log', () => {
  test('gives back every block, value for value', async () => {
    const path = join(folder, 'round.arrows');
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 1200 }), async (seed, count) => {
        const blocks = shuffled(makeRows(count, seed, 5, seed % 2), seed);
        await write(path, blocks);
        expect(await read(path)).toEqual({ blocks, truncated: false });
      }),
      { numRuns: 15 },
    );
  });

  test('writes the rows of a block only, however long its columns are', async () => {
    const path = join(folder, 'part.arrows');
    const whole = toBlock(makeRows(100, 3, 5));
    await write(path, [{ ...whole, rows: 37, details: whole.details.filter(({ row }) => row < 37) }]);
    const [block] = (await read(path)).blocks;
    expect(block).toEqual(toBlock(makeRows(100, 3, 5).slice(0, 37)));
  });

  test('is an Arrow stream that others can read: words as words, what is missing as null', async () => {
    const path = join(folder, 'others.arrows');
    const rows = makeRows(500, 8, 5);
    await write(path, [toBlock(rows.slice(0, 200), 1), toBlock(rows.slice(200), 1)]);
    const table = tableFromIPC(readFileSync(path));
    const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
    expect(table.toArray().map((row: { toJSON(): unknown }) => row.toJSON())).toEqual(
      rows.map((row) => ({
        seq: row.seq,
        due_ms: row.dueMs,
        release_ms: row.dueMs,
        handed_ms: orNull(row.handedMs),
        sent_ms: orNull(row.sentMs),
        done_ms: orNull(row.doneMs),
        done_earliest_ms: orNull(row.doneEarliestMs),
        handshake_ms: orNull(row.handshakeMs),
        server_ms: orNull(row.serverMs),
        outcome: OUTCOMES[row.outcome],
        cold_start: COLD_STARTS[row.coldStart],
        worker: 1,
        detail: row.detail ?? null,
      })),
    );
  });

  test('cut off anywhere, gives the whole blocks before the cut and says so', async () => {
    const path = join(folder, 'whole.arrows');
    const blocks = shuffled(makeRows(300, 5, 5), 9);
    const ends = await blockEnds(path, blocks);
    const bytes = readFileSync(path);
    const cut = join(folder, 'cut.arrows');
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom(...ends), fc.integer({ min: ends[0] ?? 0, max: bytes.length - 1 })),
        async (length) => {
          writeFileSync(cut, bytes.subarray(0, length));
          const whole = ends.slice(1).filter((end) => end <= length).length;
          expect(await read(cut)).toEqual({ blocks: blocks.slice(0, whole), truncated: true });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('damaged anywhere, is either still samples or reported to the user', async () => {
    const path = join(folder, 'sound.arrows');
    await write(path, [toBlock(makeRows(60, 5, 5))]);
    const bytes = readFileSync(path);
    const damaged = join(folder, 'damaged.arrows');
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const copy = Buffer.from(bytes);
        copy[at] = (copy[at] ?? 0) ^ flip;
        writeFileSync(damaged, copy);
        const thrown: unknown = await read(damaged).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (thrown !== undefined) {
          expect(thrown).toBeInstanceOf(UserError);
          expect((thrown as UserError).message).not.toContain('\n');
        }
      }),
      { numRuns: 150 },
    );
  });

  test('a damaged length does not keep the reader busy', async () => {
    const path = join(folder, 'lengths.arrows');
    await write(path, [toBlock(makeRows(8, 5, 5))]);
    const bytes = readFileSync(path);
    const damaged = join(folder, 'lengths-damaged.arrows');
    // The third byte of every word: a length that would still fit into memory, but not into a lifetime.
    for (let at = 2; at < bytes.length; at += 4) {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      writeFileSync(damaged, copy);
      const startMs = performance.now();
      const thrown: unknown = await read(damaged).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (thrown !== undefined) expect(thrown).toBeInstanceOf(UserError);
      expect(performance.now() - startMs, `byte ${String(at)}`).toBeLessThan(2000);
    }
  });

  test.each([
    ['text', Buffer.from('seq,due_ms\n1,2\n')],
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(4096)],
    ['an end mark only', Buffer.from([255, 255, 255, 255, 0, 0, 0, 0])],
  ])('refuses %s', async (_, bytes) => {
    const path = join(folder, 'foreign');
    writeFileSync(path, bytes);
    await expect(read(path)).rejects.toThrow(UserError);
    await expect(read(path)).rejects.toThrow('samples.arrows');
  });

  test('refuses a path that cannot be read or written', async () => {
    await expect(read(join(folder, 'absent'))).rejects.toThrow(/the sample log .*absent: there is no such file/);
    await expect(openSampleLog(join(folder, 'absent', 'log'))).rejects.toThrow(UserError);
    await expect(openSampleLog(folder)).rejects.toThrow(UserError);
  });

  test.runIf(existsSync('/dev/full'))('tells a full disk', async () => {
    await expect(openSampleLog('/dev/full')).rejects.toThrow(/the sample log .*: no space left/);
  });

  test.runIf(process.platform === 'linux')('keeps whole blocks when the file may grow no further', async () => {
    const path = join(folder, 'limited.arrows');
    // A limit of 100 kB on files, in a process of its own.
    const script = `
      const { openSampleLog } = await import('#src/sample-log/sample-log');
      const log = await openSampleLog(process.argv[1]);
      const floats = () => new Float64Array(500).fill(1.5);
      const [seq, outcome, coldStart] = [new Uint32Array(500), new Uint8Array(500), new Uint8Array(500)];
      for (let i = 0; i < 10; i++) log.write({ rows: 500, worker: 0, seq, outcome, coldStart, details: [], dueMs: floats(), releaseMs: floats(),
        handedMs: floats(), sentMs: floats(), doneMs: floats(), doneEarliestMs: floats(), handshakeMs: floats(), serverMs: floats() });
      const message = await log.close().then(() => 'none', (thrown) => thrown.name + ': ' + thrown.message);
      console.log(message, '|', log.failure.message, '|', log.pending);`;
    const said = execFileSync(
      'bash',
      ['-c', 'ulimit -f 100; exec node --input-type=module -e "$1" "$2"', 'bash', script, path],
      { encoding: 'utf8' },
    );
    expect(said).toMatch(/^UserError: the sample log .*no space.* \| the sample log .* \| 0\n$/);
    const { blocks, truncated } = await read(path);
    expect(truncated).toBe(true);
    expect(blocks.length).toBeGreaterThan(0);
    expect(blocks.length).toBeLessThan(10);
    for (const { rows, dueMs } of blocks) expect(dueMs.subarray(0, rows).every((ms) => ms === 1.5)).toBe(true);
  });
});

/** Writes the log and gives the size of the file after the schema and after each block. */
async function blockEnds(path: string, blocks: readonly SampleBlock[]): Promise<number[]> {
  const log = await openSampleLog(path);
  const ends: number[] = [];
  for (const block of [undefined, ...blocks]) {
    if (block !== undefined) log.write(block);
    while (log.pending > 0) await new Promise((resolve) => setImmediate(resolve));
    ends.push(statSync(path).size);
  }
  await log.close();
  return ends;
}
