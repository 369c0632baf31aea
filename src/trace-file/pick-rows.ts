import { ABSENT_WORD, type ColumnValues } from '../trace.js';

/** The values of some rows of a column, in the order given. */
export function pickRows(column: ColumnValues, rows: Uint32Array): ColumnValues {
  if (column.type === 'number')
    return { type: 'number', values: Float64Array.from(rows, (row) => column.values[row] as number) };
  if (column.type === 'boolean')
    return { type: 'boolean', values: Uint8Array.from(rows, (row) => column.values[row] as number) };
  if (column.type === 'text')
    return {
      type: 'text',
      codes: Uint32Array.from(rows, (row) => column.codes[row] ?? ABSENT_WORD),
      words: column.words,
    };
  const lengths = Array.from(rows, (row) => (column.starts[row + 1] as number) - (column.starts[row] as number));
  const starts = new Uint32Array(rows.length + 1);
  for (const [i, length] of lengths.entries()) starts[i + 1] = (starts[i] as number) + length;
  const values = new Float64Array(starts[rows.length] as number);
  for (const [i, row] of rows.entries())
    values.set(column.values.subarray(column.starts[row], column.starts[row + 1]), starts[i]);
  return { type: 'numbers', starts, values, present: Uint8Array.from(rows, (row) => column.present[row] as number) };
}
