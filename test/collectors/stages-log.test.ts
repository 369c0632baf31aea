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

it.each([
  [
    'without stages, as versions wrote it that knew none',
    1,
    { durationMs: 40, initMs: 100, containerMs: NaN, importMs: NaN },
  ],
  ['with stages', 2, told],
])('a log %s is read', async (_which, layout, expected) => {
  const table = createSampleTable(arrow, USAGE_LAYOUTS[layout] ?? []);
  const writer = new arrow.RecordBatchStreamWriter();
  writer.write(table.toRecords(usageBatch(calls(1, told))));
  const path = join(folder, `${String(layout)}.arrows`);
  writeFileSync(path, writer.finish().toUint8Array(true));
  for await (const { usage } of readSampleLog(path)) {
    const found = Object.keys(expected).map((name) => [name, usage?.[name as keyof typeof told][0]]);
    expect(Object.fromEntries(found)).toEqual(expected);
  }
  expect.assertions(1);
});
