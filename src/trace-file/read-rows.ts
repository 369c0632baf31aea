import { printable } from '../errors.js';
import type { ArrivalChunk, ArrivalStore, ColumnValue, ColumnValues, TraceColumn, TraceColumns } from '../trace.js';
import { ARRIVAL_CHUNK, readArrivals } from './arrival-store.js';
import { decodeBlock, valueAt } from './column-block.js';
import { blockBytes } from './column-bytes.js';

export { valueAt } from './column-block.js';

/** The arrivals with the values of their columns, as often as wanted, from any thread; without columns as `readArrivals`. */
export function readRows(store: ArrivalStore): Iterable<ArrivalChunk> {
  const { columns } = store;
  if (columns === undefined || columns.columns.length === 0) return readArrivals(store);
  return { [Symbol.iterator]: () => rows(store, columns) };
}

function* rows(store: ArrivalStore, columns: TraceColumns): Generator<ArrivalChunk> {
  let block = 0;
  for (const chunk of readArrivals(store)) {
    const here = block++;
    const length = chunk.atMs.length;
    yield { ...chunk, columns: columns.columns.map((column) => firstRows(blockOf(columns, column, here), length)) };
  }
}

/** The values of block `block` of a column: of arrivals 4096 * block and those behind it. */
function blockOf({ bytes }: TraceColumns, { blocks, type }: TraceColumn, block: number): ColumnValues {
  return decodeBlock(blockBytes(bytes, blocks[2 * block] ?? NaN, blocks[2 * block + 1] ?? NaN), type);
}

/** A store may end before its columns do. */
function firstRows(values: ColumnValues, rows: number): ColumnValues {
  if (values.type === 'number' && values.values.length > rows)
    return { ...values, values: values.values.subarray(0, rows) };
  if (values.type === 'boolean' && values.values.length > rows)
    return { ...values, values: values.values.subarray(0, rows) };
  if (values.type === 'text' && values.codes.length > rows) return { ...values, codes: values.codes.subarray(0, rows) };
  if (values.type === 'numbers' && values.present.length > rows)
    return { ...values, starts: values.starts.subarray(0, rows + 1), present: values.present.subarray(0, rows) };
  return values;
}

/** The values of one column alone, block by block. */
export function* readColumn(
  columns: TraceColumns,
  column: TraceColumn,
): Generator<{ readonly values: ColumnValues; readonly rows: number }> {
  for (let block = 0; 2 * block < column.blocks.length; block++) {
    const values = blockOf(columns, column, block);
    yield { values, rows: rowsIn(values) };
  }
}

function rowsIn(values: ColumnValues): number {
  if (values.type === 'text') return values.codes.length;
  return values.type === 'numbers' ? values.present.length : values.values.length;
}

export function columnNamed(columns: TraceColumns | undefined, name: string): TraceColumn | undefined {
  return columns?.columns.find((column) => column.name === name);
}

/** What is wrong with the name of a column that is none, and what there is. */
export function noColumn(name: string, columns: TraceColumns | undefined): string {
  const ignored = columns?.ignored.find((one) => one.name === name);
  const shown = JSON.stringify(printable(name, 60));
  if (ignored !== undefined) return `the column ${shown} of the trace was not kept: ${ignored.why}`;
  const names = columns?.columns.slice(0, 20).map((column) => column.name) ?? [];
  return `the trace has no column ${shown}; ${names.length === 0 ? 'it has none' : `it has ${printable(names.join(', '), 300)}`}`;
}

/** Looks values of one column up by the index of the arrival; cheap where the next index is near the last. */
export class ColumnReader {
  readonly #columns: TraceColumns;
  readonly #column: TraceColumn;
  #block = -1;
  #values: ColumnValues | undefined;

  constructor(columns: TraceColumns, column: TraceColumn) {
    this.#columns = columns;
    this.#column = column;
  }

  /** Undefined: absent, or behind the last arrival. */
  at(index: number): ColumnValue | undefined {
    const block = Math.floor(index / ARRIVAL_CHUNK);
    if (2 * block >= this.#column.blocks.length) return undefined;
    if (block !== this.#block || this.#values === undefined) {
      this.#values = blockOf(this.#columns, this.#column, block);
      this.#block = block;
    }
    return valueAt(this.#values, index % ARRIVAL_CHUNK);
  }
}
