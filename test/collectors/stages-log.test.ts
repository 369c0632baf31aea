import * as arrow from 'apache-arrow';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readSampleLog } from '#src/collectors/sample-log';
import { createSampleTable, USAGE_LAYOUTS } from '#src/collectors/sample-table';
import { calls, usageBatch } from './usage-rows.js';

const folder = mkdtempSync(join(tmpdir(), 'stages-log-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const told = { durationMs: 40, initMs: 100, containerMs: 90, importMs: 30 };
const untold = { durationMs: undefined, initMs: undefined, containerMs: undefined, importMs: undefined };

it.each([
  ['without usage, as versions wrote it that knew none', 0, untold],
  ['without stages, as versions wrote it that knew none', 1, { ...told, containerMs: NaN, importMs: NaN }],
  ['with stages', 2, told],
])('a log %s is read, and with batches', async (_which, layout, expected) => {
  const invocation = Uint32Array.of(0, 0, 2);
  for (const batched of [false, true]) {
    const table = createSampleTable(arrow, { usage: USAGE_LAYOUTS[layout] ?? [], batched });
    const writer = new arrow.RecordBatchStreamWriter();
    writer.write(table.toRecords({ ...usageBatch(calls(3, told)), invocation }));
    const path = join(folder, `${String(layout)}-${String(batched)}.arrows`);
    writeFileSync(path, writer.finish().toUint8Array(true));
    for await (const batch of readSampleLog(path)) {
      const found = Object.keys(told).map((name) => [name, batch.usage?.[name as keyof typeof told][0]]);
      expect(Object.fromEntries(found)).toEqual(expected);
      expect(batch.invocation).toEqual(batched ? invocation : undefined);
    }
  }
  expect.assertions(4);
});
