import type { ArrivalChunk, ColumnSpec, ColumnValue } from '../trace.js';
import {
  arrivalStoreWriter,
  type ArrivalStoreOptions,
  type ArrivalStoreWriter,
  type StoredArrivals,
} from './arrival-store.js';
import { nameDefect } from './column-rules.js';
import { ColumnSet } from './column-set.js';

export interface RowsWriterOptions extends ArrivalStoreOptions {
  readonly columns: readonly ColumnSpec[];
}

/** Collects sorted arrivals with the values of their columns into a store; `append` and `appendChunk` may be mixed. */
export interface RowsWriter {
  /** `values`: one for each column, in their order; undefined: absent. */
  append(atMs: number, payload: number, values: readonly (ColumnValue | undefined)[]): void;
  appendChunk(chunk: ArrivalChunk): void;
  /** Ends writing. From now on the store is the caller's to close (`closeArrivals`). */
  finish(): StoredArrivals;
  /** Gives everything back; harmless after `finish` or a second time. */
  discard(): void;
}

/** Throws `UserError` when a spool file cannot be written, and `RangeError` for what is no sorted trace or no name of a column. */
export function rowsWriter(options: RowsWriterOptions): RowsWriter {
  for (const { name } of options.columns) {
    const defect = nameDefect(name);
    if (defect !== undefined) throw new RangeError(`column ${name}: ${defect}`);
  }
  return new StoredRows(arrivalStoreWriter(options), new ColumnSet(options, options.columns));
}

class StoredRows implements RowsWriter {
  readonly #arrivals: ArrivalStoreWriter;
  readonly #set: ColumnSet;
  readonly #columns;

  constructor(arrivals: ArrivalStoreWriter, set: ColumnSet) {
    this.#arrivals = arrivals;
    this.#set = set;
    this.#columns = [...set.writers];
  }

  append(atMs: number, payload: number, values: readonly (ColumnValue | undefined)[]): void {
    this.#arrivals.append(atMs, payload);
    for (let i = 0; i < this.#columns.length; i++) {
      const defect = this.#columns[i]?.add(values[i]);
      if (defect !== undefined) throw new RangeError(`column ${this.#columns[i]?.name ?? ''}: ${defect}`);
    }
  }

  appendChunk({ atMs, payload, columns = [] }: ArrivalChunk): void {
    if (columns.length !== this.#columns.length)
      throw new RangeError(`${String(columns.length)} columns of ${String(this.#columns.length)}`);
    this.#arrivals.appendChunk(atMs, payload);
    for (const [i, values] of columns.entries()) this.#columns[i]?.addChunk(values, atMs.length);
  }

  finish(): StoredArrivals {
    return this.#set.finishBeside(this.#arrivals.finish());
  }

  discard(): void {
    this.#arrivals.discard();
    this.#set.discard();
  }
}
