import * as arrow from 'apache-arrow';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { openSampleLog, readSampleLog } from '#src/sample-log/sample-log';
import { layoutOf } from '#src/sample-log/columns';
import { createSampleTable } from '#src/sample-log/sample-table';
import { USAGE_NAMES, type SampleBlock, type UsageName } from '#src/sample';
import { makeRows, seeds } from '../collectors/sample-rows.js';
import { calls, usageBlock } from '../collectors/usage-rows.js';

const folder = mkdtempSync(join(tmpdir(), 'stages-log-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const told = { durationMs: 40, initMs: 100, containerMs: 90, importMs: 30, cpuMs: 55 };
const untold = {
  durationMs: undefined,
  initMs: undefined,
  containerMs: undefined,
  importMs: undefined,
  cpuMs: undefined,
};

const unknown = { durationMs: NaN, initMs: NaN, containerMs: NaN, importMs: NaN, cpuMs: NaN };

const ownNames = fc.constantFrom<string[]>([], ['tokens'], ['tokens', 'depth']);

const someUsage: fc.Arbitrary<UsageName[]> = fc.subarray([...USAGE_NAMES]);

/** Column i holds i + its row, and nothing in every third row; every other block has none at all. */
function withOwnMetrics(block: SampleBlock, count: number): SampleBlock {
  if (count === 0 || block.rows % 2 === 0) return block;
  const column = (i: number): Float64Array =>
    Float64Array.from({ length: block.rows }, (_, row) => (row % 3 === 0 ? NaN : i + row));
  return { ...block, metrics: Array.from({ length: count }, (_, i) => column(i)) };
}

it.each([
  ['without usage', [], untold],
  ['with bytes alone', ['requestBytes', 'answerBytes'], untold],
  ['of one column', ['cpuMs'], { ...unknown, cpuMs: 55 }],
  ['of some', ['durationMs', 'containerMs', 'cpuMs'], { ...told, initMs: NaN, importMs: NaN }],
  ['of all', USAGE_NAMES, told],
] as const)('a log %s is read, and with batches', async (which, declared, expected) => {
  const invocation = Uint32Array.of(0, 0, 2);
  for (const batched of [false, true]) {
    const table = createSampleTable(arrow, layoutOf({ declared, batched }));
    const writer = new arrow.RecordBatchStreamWriter();
    writer.write(table.toRecords({ ...usageBlock(calls(3, told)), invocation }));
    const path = join(folder, `${which}-${String(batched)}.arrows`);
    writeFileSync(path, writer.finish().toUint8Array(true));
    for await (const block of readSampleLog(path)) {
      const found = Object.keys(told).map((name) => [name, block.usage?.[name as keyof typeof told][0]]);
      expect(Object.fromEntries(found)).toEqual(expected);
      expect(block.invocation).toEqual(batched ? invocation : undefined);
    }
  }
  expect.assertions(4);
});

/** Blocks of a run, some with usage; `batched`: with invocations. */
function blocksOf(seed: number, sizes: readonly number[], usage: boolean, batched: boolean): SampleBlock[] {
  const rows = makeRows(
    sizes.reduce((sum, size) => sum + size, 0),
    seed,
    5,
    0.2,
  );
  let from = 0;
  return sizes.map((size, worker) => {
    const part = rows.slice(from, (from += size));
    const tells = usage && worker % 2 === 0;
    const block = usageBlock(
      part.map((row) => (tells && row.seq % 3 > 0 ? { row, usage: { ...told, durationMs: row.dueMs } } : { row })),
      worker,
    );
    return batched ? { ...block, invocation: block.seq.map((seq) => seq - (seq % 4)) } : block;
  });
}

/** What Arrow's own reader makes of it; more than its own writer writes are the checksums, at most 8 bytes for each record batch. */
function expectSameRows(ours: Uint8Array, theirs: Uint8Array, blocks: number): void {
  expect(ours.length - theirs.length).toBeLessThanOrEqual(8 * blocks);
  const rowsOf = (bytes: Uint8Array): unknown[] => [...arrow.tableFromIPC(bytes)].map((row) => row?.toJSON());
  expect(rowsOf(ours)).toEqual(rowsOf(theirs));
}

it("a log holds what Arrow's own writer makes of the same blocks", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(seeds, sizes, someUsage, fc.boolean(), ownNames, async (seed, of, declared, batched, metrics) => {
      const blocks = blocksOf(seed, of, declared.length > 0, batched).map((block) =>
        withOwnMetrics(block, metrics.length),
      );
      const path = join(folder, 'ours.arrows');
      const log = await openSampleLog(path, { declared, batched, metrics });
      for (const block of blocks) log.write(block);
      await log.close();
      const table = createSampleTable(arrow, layoutOf({ declared, batched, metrics }));
      const theirs = arrow.RecordBatchStreamWriter.writeAll(blocks.map((block) => table.toRecords(block)));
      expectSameRows(readFileSync(path), theirs.toUint8Array(true), blocks.length);
    }),
    { numRuns: 20 },
  );
});
