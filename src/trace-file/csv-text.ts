import type { ColumnSpec, ColumnValue } from '../trace.js';
import { isColumnType } from './column-rules.js';
import { textOf } from './csv-value.js';

/** The header row: the type stands behind the name of a column that is not of numbers. */
export function csvHeader(first: readonly string[], columns: readonly ColumnSpec[]): string {
  const names = columns.map(({ name, type }) => quotedField(needsType(name, type) ? `${name}:${type}` : name));
  return `${[...first, ...names].join(',')}\n`;
}

/** A value as a field; an empty text is `""`, what is absent is empty. */
export function csvValue(value: ColumnValue | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? quotedField(value) : quotedField(textOf(value));
}

function needsType(name: string, type: string): boolean {
  return type !== 'number' || isColumnType(name.slice(name.lastIndexOf(':') + 1));
}

function quotedField(text: string): string {
  return text === '' || /[",\r\n]|^\s|\s$|^\ufeff/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
