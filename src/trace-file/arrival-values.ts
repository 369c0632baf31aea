import type { ColumnValue, TraceColumns } from '../trace.js';
import { columnNamed, ColumnReader } from './read-rows.js';

/** Looks up what columns say of an arrival, by its index in the trace; a column is read from when it is first asked for. */
export function arrivalValues(columns: TraceColumns): {
  of(column: string, seq: number): ColumnValue | undefined;
} {
  const readers = new Map<string, ColumnReader | undefined>();
  const readerOf = (name: string): ColumnReader | undefined => {
    if (!readers.has(name)) {
      const column = columnNamed(columns, name);
      readers.set(name, column && new ColumnReader(columns, column));
    }
    return readers.get(name);
  };
  return { of: (column, seq) => readerOf(column)?.at(seq) };
}
