import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSampleLog, readSampleLog } from '#src/sample-log/sample-log';
import { UserError } from '#src/errors';
import { createRecorder } from '#src/loop/recorder';
import { buffersOf, USAGE_NAMES, type Outcome, type SampleBlock, type Usage } from '#src/sample';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'usage-log-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const quantity = fc.double({ min: 0, max: 1e12, noNaN: true });
const usage: fc.Arbitrary<Usage> = fc.record(
  Object.fromEntries(USAGE_NAMES.map((name) => [name, quantity])) as Record<keyof Usage, typeof quantity>,
  { requiredKeys: [] },
);

/** As a worker thread records, flushes and transfers it. */
function recorded(usages: readonly (Usage | undefined)[], flushEvery: number): SampleBlock[] {
  const blocks: SampleBlock[] = [];
  const recorder = createRecorder(0, (block) => {
    blocks.push(structuredClone(block, { transfer: buffersOf(block) }));
  });
  usages.forEach((used, seq) => {
    const outcome: Outcome = { ok: true, doneMs: seq, ...(used === undefined ? {} : { usage: used }) };
    recorder.record({ seq, dueMs: seq, handedMs: seq, payload: 0 }, outcome);
    if ((seq + 1) % flushEvery === 0) recorder.flush();
  });
  recorder.flush();
  return blocks;
}

function usagesOf(blocks: readonly SampleBlock[]): Usage[] {
  return blocks.flatMap((block) =>
    Array.from({ length: block.rows }, (_, row) => {
      const told = USAGE_NAMES.map((name) => [name, block.usage?.[name][row] ?? NaN] as const);
      return Object.fromEntries(told.filter(([, value]) => !Number.isNaN(value)));
    }),
  );
}

async function throughLog(blocks: readonly SampleBlock[], withUsage: boolean): Promise<SampleBlock[]> {
  const path = join(folder, 'log.arrows');
  const log = await openSampleLog(path, { declared: withUsage ? USAGE_NAMES : [] });
  for (const block of blocks) log.write(block);
  await log.close();
  const read: SampleBlock[] = [];
  for await (const block of readSampleLog(path)) read.push(block);
  return read;
}

describe('usage', () => {
  test('comes back from the log as it was reported, whichever rows have some', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(usage, { nil: undefined }), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 90 }),
        async (usages, flushEvery) => {
          const blocks = recorded(usages, flushEvery);
          const told = usages.map((one) => one ?? {});
          expect(usagesOf(blocks)).toEqual(told);
          expect(usagesOf(await throughLog(blocks, true))).toEqual(told);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('fills whole blocks, too', async () => {
    const usages = Array.from({ length: 10_000 }, (_, i) =>
      i < 5000 ? undefined : { durationMs: i, billedMs: i + 1 },
    );
    const blocks = recorded(usages, Infinity);
    expect(blocks.map(({ rows, usage: told }) => [rows, told !== undefined])).toEqual([
      [4096, false],
      [4096, true],
      [1808, true],
    ]);
    expect(usagesOf(await throughLog(blocks, true))).toEqual(usages.map((one) => one ?? {}));
  });

  test('what is no quantity is not known, and harms no one', () => {
    const strange = [-1, NaN, Infinity, '5', null, {}].map((value) => ({ durationMs: value, billedMs: 7 }));
    expect(usagesOf(recorded([...strange, null] as never[], 100))).toEqual([
      ...strange.map(() => ({ billedMs: 7 })),
      {},
    ]);
  });

  test('costs no byte where no one reports any: the log is that of earlier versions', async () => {
    const blocks = recorded([{ durationMs: 1 }, undefined], 100);
    expect(usagesOf(await throughLog(blocks, false))).toEqual([{}, {}]);
    const before = statSync(join(folder, 'log.arrows')).size;
    await throughLog(recorded([undefined, undefined], 100), false);
    expect(statSync(join(folder, 'log.arrows')).size).toBe(before);
    expect(tableFromIPC(readFileSync(join(folder, 'log.arrows'))).schema.fields).toHaveLength(13);
  });

  test('other readers see a column each, null where not reported', async () => {
    await throughLog(recorded([{ durationMs: 1.5, memoryMb: 2048 }, undefined], 100), true);
    const rows = tableFromIPC(readFileSync(join(folder, 'log.arrows'))).toArray() as { toJSON(): unknown }[];
    expect(rows.map((row) => row.toJSON())).toMatchObject([
      { duration_ms: 1.5, billed_ms: null, memory_mb: 2048, answer_bytes: null },
      { duration_ms: null, memory_mb: null },
    ]);
  });

  test('damaged anywhere, the log is either still samples or reported to the user', async () => {
    await throughLog(recorded([{ durationMs: 1 }, undefined, { initMs: 3 }], 2), true);
    const bytes = readFileSync(join(folder, 'log.arrows'));
    const path = join(folder, 'damaged.arrows');
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const copy = Buffer.from(bytes);
        copy[at] = (copy[at] ?? 0) ^ flip;
        writeFileSync(path, copy);
        try {
          for await (const { rows } of readSampleLog(path)) expect(rows).toBeGreaterThan(0);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 100 },
    );
  });
});
