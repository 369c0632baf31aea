import type { ColumnType, ColumnValue } from '../trace.js';
import { PLAIN_NUMBER } from './decimal.js';

/**
 * What a field of CSV may be besides a text; undefined: a text. A number with leading zeros (`007`) and a whole number that a double
 * does not hold exactly are identifiers, so they are texts.
 */
export function typeOfField(field: string): Exclude<ColumnType, 'text'> | undefined {
  const first = field.charCodeAt(0);
  if (isDigitOrSign(first)) return isNumber(field) ? 'number' : undefined;
  if (first === BRACKET) return numbersOf(field) === undefined ? undefined : 'numbers';
  if (/^(?:true|false)$/i.test(field)) return 'boolean';
  return /^nan$/i.test(field) ? 'number' : undefined;
}

/** The value of a field as a value of `type`; undefined where it is none. */
export function fieldAs(field: string, type: ColumnType): ColumnValue | undefined {
  if (type === 'text') return field;
  if (type === 'number') return PLAIN_NUMBER.test(field) ? finite(Number(field)) : isNaNText(field) ? NaN : undefined;
  if (type === 'numbers') return numbersOf(field);
  if (/^(?:true|1)$/i.test(field)) return true;
  return /^(?:false|0)$/i.test(field) ? false : undefined;
}

/** A value as the text that stands for it in CSV, and in a column of texts. */
export function textOf(value: ColumnValue): string {
  return typeof value === 'object' ? `[${value.join(',')}]` : String(value);
}

const BRACKET = 91;

function isNaNText(field: string): boolean {
  return /^nan$/i.test(field);
}

/** `+`, `-`, `.` or a digit. */
function isDigitOrSign(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46;
}

function isNumber(field: string): boolean {
  if (!PLAIN_NUMBER.test(field) || /^[+-]?0\d/.test(field)) return false;
  const value = Number(field);
  const isExact = Math.abs(value) <= Number.MAX_SAFE_INTEGER || !/^[+-]?\d+$/.test(field) || String(value) === field;
  return Number.isFinite(value) && isExact;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value + 0 : undefined;
}

function numbersOf(field: string): readonly number[] | undefined {
  if (!/^\[[-+\d.eE,\s]*\]$/.test(field)) return undefined;
  try {
    const list = JSON.parse(field) as number[];
    return list.every((value) => Number.isFinite(value)) ? list : undefined;
  } catch {
    return undefined;
  }
}
