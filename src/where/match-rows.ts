import { ABSENT_BOOLEAN, type ColumnValue, type ColumnValues } from '../trace.js';
import type { Condition, Order } from './parse-where.js';

/** Of each of `rows` rows, 1 where the condition holds and 0 where it does not. `columns`: as the condition names them. */
export function matchRows(
  condition: Condition,
  columns: readonly (ColumnValues | undefined)[],
  rows: number,
): Uint8Array {
  if (condition.kind === 'not') return matchRows(condition.part, columns, rows).map((holds) => 1 - holds);
  if (condition.kind === 'in') return within(valuesOf(columns, condition.column), new Set(condition.values), rows);
  if (condition.kind === 'order') return ordered(valuesOf(columns, condition.column), condition, rows);
  const [first, ...others] = condition.parts.map((part) => matchRows(part, columns, rows));
  const holds = first ?? new Uint8Array(rows);
  const both = condition.kind === 'and';
  for (const other of others)
    for (let row = 0; row < rows; row++)
      holds[row] = both
        ? (holds[row] as number) & (other[row] as number)
        : (holds[row] as number) | (other[row] as number);
  return holds;
}

function valuesOf(columns: readonly (ColumnValues | undefined)[], column: number): ColumnValues {
  const values = columns[column];
  if (values === undefined) throw new Error('a condition asks for a column that was not read');
  return values;
}

function within(column: ColumnValues, wanted: ReadonlySet<ColumnValue | null>, rows: number): Uint8Array {
  const holds = new Uint8Array(rows);
  const absent = Number(wanted.has(null));
  if (column.type === 'number') {
    for (let row = 0; row < rows; row++) {
      const value = column.values[row] as number;
      holds[row] = Number.isNaN(value) ? absent : Number(wanted.has(value));
    }
  } else if (column.type === 'text') {
    const words = Uint8Array.from(column.words, (word) => Number(wanted.has(word)));
    for (let row = 0; row < rows; row++) holds[row] = words[column.codes[row] as number] ?? absent;
  } else if (column.type === 'boolean') {
    const byCode = [Number(wanted.has(false)), Number(wanted.has(true))];
    for (let row = 0; row < rows; row++) holds[row] = byCode[column.values[row] ?? ABSENT_BOOLEAN] ?? absent;
  } else for (let row = 0; row < rows; row++) holds[row] = column.present[row] === 1 ? 0 : absent;
  return holds;
}

/** What is absent comes neither before nor after anything. */
function ordered(
  column: ColumnValues,
  { operator, value }: Extract<Condition, { kind: 'order' }>,
  rows: number,
): Uint8Array {
  const holds = new Uint8Array(rows);
  const compare = COMPARE[operator];
  if (column.type === 'number') {
    for (let row = 0; row < rows; row++) holds[row] = Number(compare(column.values[row] as number, value));
  } else if (column.type === 'text') {
    const words = Uint8Array.from(column.words, (word) => Number(compare(word, value)));
    for (let row = 0; row < rows; row++) holds[row] = words[column.codes[row] as number] ?? 0;
  }
  return holds;
}

/** Texts by their UTF-16 code units, alike in every locale. */
const COMPARE: Readonly<Record<Order, (a: number | string, b: number | string) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
