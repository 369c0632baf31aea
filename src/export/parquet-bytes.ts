import type { SchemaElement } from 'hyparquet';
import type { CellValue, ExportBlock, ExportColumn } from './export-column.js';

/** Rows of a row group: what is held in memory, and what a reader may skip. */
const GROUP_ROWS = 65_536;

/** The samples as Parquet (Snappy), a row group at a time. */
export async function* parquetBytes(
  blocks: AsyncIterable<ExportBlock>,
  columns: readonly ExportColumn[],
): AsyncGenerator<Uint8Array> {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(columns), createdBy: 'replay' });
  for await (const group of groups(blocks, columns)) {
    const columnData = columns.map(({ name, kind }, i) => ({
      name,
      data: kind === 'whole' || kind === 'time' ? bigInts(group[i]) : (group[i] ?? []),
    }));
    await writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    yield taken(bytes);
  }
  await writer.finish();
  yield taken(bytes);
}

/** What has been written and not taken; the writer goes on at the start of its buffer. */
function taken(bytes: { getBytes(): Uint8Array; index: number }): Uint8Array {
  const copy = bytes.getBytes().slice();
  bytes.index = 0;
  return copy;
}

/** Columns of many blocks one behind the other. */
async function* groups(
  blocks: AsyncIterable<ExportBlock>,
  columns: readonly ExportColumn[],
): AsyncGenerator<CellValue[][]> {
  let group: CellValue[][] = columns.map(() => []);
  let rows = 0;
  for await (const block of blocks) {
    for (const [i, column] of columns.entries()) for (const value of column.values(block)) group[i]?.push(value);
    rows += block.rows;
    if (rows < GROUP_ROWS) continue;
    yield group;
    group = columns.map(() => []);
    rows = 0;
  }
  if (rows > 0) yield group;
}

function bigInts(values: readonly CellValue[] = []): (bigint | null)[] {
  return values.map((value) => (value === null ? null : BigInt(value)));
}

const TYPES = {
  whole: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  flag: { type: 'BOOLEAN' },
} as const;

function schemaOf(columns: readonly ExportColumn[]): SchemaElement[] {
  const leaves = columns.map(({ name, kind, nullable }): SchemaElement => {
    return { name, repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED', ...TYPES[kind] };
  });
  return [{ name: 'samples', num_children: leaves.length }, ...leaves];
}
