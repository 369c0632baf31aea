import { printable } from '../errors.js';
import { COLUMN_TYPES, type ColumnType, type ColumnValue } from '../trace.js';

/** Names of a trace's own keys: a column cannot have one. */
const TAKEN_NAMES: readonly string[] = ['at_ms', 'at_s', 'payload'];

const MOST_NAME = 100;
/** A trace has at most this many columns. */
export const MOST_COLUMNS = 100;
/** The longest text of a column, UTF-16 code units, and the longest list. */
export const MOST_TEXT = 4096;
export const MOST_LIST = 16_384;

/** What is wrong with the name of a column, and what to do; undefined: nothing. */
export function nameDefect(name: string): string | undefined {
  if (name === '') return 'a column has no name; give it one';
  if (name === '__proto__' || name === 'constructor') return `the name ${name} is not allowed; rename the column`;
  if (TAKEN_NAMES.includes(name)) return `the name ${name} is taken by the trace format; rename the column`;
  if (name.length > MOST_NAME || printable(name, MOST_NAME) !== name)
    return `the name of a column must be printable and at most ${String(MOST_NAME)} characters; rename it`;
  return undefined;
}

export function isColumnType(type: unknown): type is ColumnType {
  return (COLUMN_TYPES as readonly unknown[]).includes(type);
}

/** Why a value that is too long cannot be kept; undefined: it can. */
export function lengthDefect(value: unknown): string | undefined {
  if (typeof value === 'string' && value.length > MOST_TEXT)
    return `a text is longer than ${String(MOST_TEXT)} characters`;
  if (Array.isArray(value) && value.length > MOST_LIST) return `a list is longer than ${String(MOST_LIST)} numbers`;
  return undefined;
}

/** Whether a value of JSON can be one of a column. */
export function isColumnValue(value: unknown): value is ColumnValue {
  if (Array.isArray(value)) return value.every((item) => Number.isFinite(item));
  return Number.isFinite(value) || typeof value === 'string' || typeof value === 'boolean';
}
