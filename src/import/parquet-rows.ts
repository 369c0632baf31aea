import { closeSync } from 'node:fs';
import type { FileMetaData, SchemaElement } from 'hyparquet';
import type { Bytes } from '../trace-file/byte-source.js';
import type { Fault } from '../trace-file/fault.js';
import { openSpool, readSpool, writeSpool } from '../trace-file/spool-file.js';
import { messageOf } from '../errors.js';
import type { FieldRow } from './field-row.js';
import { ParquetRow, type ParquetColumn } from './parquet-row.js';

/** A Parquet file. Its columns are named at its end, so it cannot be read as a stream, and lies in a spool file. */
export interface ParquetSource {
  /** The names of its columns. */
  readonly header: readonly string[];
  /** Gives each row, of the columns that are used. */
  read(used: readonly string[], take: (row: FieldRow) => void): Promise<void>;
  close(): void;
}

/** Rows that are decoded together at most. */
const BATCH_ROWS = 131_072;

/** Throws the error of `fault` for what is no whole Parquet file, or is compressed in a way that cannot be read. */
export async function openParquet(bytes: Bytes, spoolDir: string, fault: Fault): Promise<ParquetSource> {
  const fd = openSpool(spoolDir);
  let length = 0;
  try {
    for await (const chunk of bytes) {
      writeSpool(fd, chunk, length);
      length += chunk.length;
    }
    const file = { byteLength: length, slice: (from: number, to = length) => readSpool(fd, to - from, from) };
    const { parquetMetadataAsync, parquetRead } = await import('hyparquet');
    const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
      throw fault(`it is no whole Parquet file (${messageOf(error)}); fetch it again`);
    });
    const columns = columnsOf(metadata);
    return {
      header: columns.map(({ name }) => name),
      async read(used, take) {
        const wanted = columns.filter(({ name }) => used.includes(name)).map(({ name }) => name);
        const row = new ParquetRow(columns);
        for (const [from, to] of batches(metadata)) {
          const values = new Map<string, ArrayLike<unknown>[]>();
          try {
            await parquetRead({
              ...{ file, metadata, columns: wanted, rowStart: from, rowEnd: to, parsers: RAW },
              onChunk({ columnName, columnData, rowStart, rowEnd }) {
                const [first, last] = [Math.max(from, rowStart), Math.min(to, rowEnd)];
                if (first >= last) return;
                const known = values.get(columnName) ?? [];
                known.push((columnData as unknown[]).slice(first - rowStart, last - rowStart));
                values.set(columnName, known);
              },
            });
          } catch (error) {
            throw fault(
              `its rows from ${String(from + 1)} on cannot be read (${messageOf(error)}); write it with Snappy or without compression`,
            );
          }
          row.set(columns.map(({ name }) => joined(values.get(name) ?? [])));
          for (let at = 0; at < to - from; at++) {
            row.go(at, from + at + 1);
            take(row);
          }
        }
      },
      close() {
        closeSync(fd);
      },
    };
  } catch (thrown) {
    closeSync(fd);
    throw thrown;
  }
}

function joined(parts: readonly ArrayLike<unknown>[]): ArrayLike<unknown> {
  return parts.length === 1 ? (parts[0] as ArrayLike<unknown>) : parts.flatMap((part) => Array.from(part));
}

/** Whole numbers as they stand: dates would lose what is finer than a ms. */
const RAW = {
  timestampFromMilliseconds: (count: bigint) => count,
  timestampFromMicroseconds: (count: bigint) => count,
  timestampFromNanoseconds: (count: bigint) => count,
};

/** Stretches of rows within the row groups. */
function* batches({ row_groups }: FileMetaData): Generator<readonly [from: number, to: number]> {
  let from = 0;
  for (const { num_rows } of row_groups) {
    const end = from + Number(num_rows);
    for (let at = from; at < end; at += BATCH_ROWS) yield [at, Math.min(end, at + BATCH_ROWS)];
    from = end;
  }
}

/** The columns of the first level. */
function columnsOf({ schema }: FileMetaData): ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) next = skip(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = skip(at)) {
    const element = schema[at];
    if (element !== undefined) columns.push({ name: element.name, ...clockOf(element) });
  }
  return columns;
}

function clockOf({ type, converted_type, logical_type }: SchemaElement): Pick<ParquetColumn, 'unit' | 'zoned'> {
  if (logical_type?.type === 'TIMESTAMP') {
    const unit = ({ MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' } as const)[logical_type.unit];
    return { unit, zoned: logical_type.isAdjustedToUTC };
  }
  if (converted_type === 'TIMESTAMP_MILLIS') return { unit: 'ms', zoned: true };
  if (converted_type === 'TIMESTAMP_MICROS') return { unit: 'us', zoned: true };
  return type === 'INT96' ? { unit: 'ns', zoned: false } : {};
}
