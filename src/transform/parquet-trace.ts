import type { SchemaElement } from 'hyparquet';
import { valueAt } from '../trace-file/read-rows.js';
import type { ColumnType } from '../trace.js';
import type { Traffic } from './traffic.js';

const GROUP_ROWS = 65_536;

/** A trace as Parquet (Snappy), a row group at a time: `at_ms`, the payload where there is a table of them, and the columns; lists as JSON. */
export async function* parquetTrace(traffic: Traffic): AsyncGenerator<Uint8Array> {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(traffic), createdBy: 'replay' });
  for (const group of groups(traffic)) {
    await writer.write({ columnData: group, rowGroupSize: GROUP_ROWS });
    yield taken(bytes);
  }
  await writer.finish();
  yield taken(bytes);
}

function taken(bytes: { getBytes(): Uint8Array; index: number }): Uint8Array {
  const copy = bytes.getBytes().slice();
  bytes.index = 0;
  return copy;
}

interface ColumnData {
  readonly name: string;
  readonly data: unknown[];
}

function* groups(traffic: Traffic): Generator<ColumnData[]> {
  let group = blank(traffic);
  for (const { keys, columns } of traffic.chunks()) {
    for (let row = 0; row < keys.length; row++) group[0]?.data.push(keys[row]);
    for (const [i] of traffic.columns.entries()) {
      const values = columns[i];
      if (values === undefined) continue;
      for (let row = 0; row < keys.length; row++) group[i + 1]?.data.push(cell(valueAt(values, row)));
    }
    if ((group[0]?.data.length ?? 0) < GROUP_ROWS) continue;
    yield group;
    group = blank(traffic);
  }
  if ((group[0]?.data.length ?? 0) > 0) yield group;
}

function blank({ columns }: Traffic): ColumnData[] {
  return [{ name: 'at_ms', data: [] }, ...columns.map(({ name }) => ({ name, data: [] as unknown[] }))];
}

function cell(value: ReturnType<typeof valueAt>): unknown {
  if (value === undefined) return null;
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

const TYPES: Readonly<Record<ColumnType, Partial<SchemaElement>>> = {
  number: { type: 'DOUBLE' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  boolean: { type: 'BOOLEAN' },
  numbers: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
};

function schemaOf({ columns }: Traffic): SchemaElement[] {
  const leaves = columns.map(({ name, type }): SchemaElement => ({
    name,
    repetition_type: 'OPTIONAL',
    ...TYPES[type],
  }));
  return [
    { name: 'trace', num_children: leaves.length + 1 },
    { name: 'at_ms', repetition_type: 'REQUIRED', type: 'DOUBLE' },
    ...leaves,
  ];
}
