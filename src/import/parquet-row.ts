import { readCount, type CountUnit } from './counted-time.js';
import type { FieldRow } from './field-row.js';
import { readDate, type Stamp } from './stamp.js';

/** A column of Parquet; with a unit where it is of timestamps. */
export interface ParquetColumn {
  readonly name: string;
  readonly unit?: CountUnit;
  /** Whether timestamps are in UTC; else they are of a local clock. */
  readonly zoned?: boolean;
}

const PER_SEC: Readonly<Record<CountUnit, number>> = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 };
const SECOND_NS = 1_000_000_000n;

/** A row of decoded columns. */
export class ParquetRow implements FieldRow {
  readonly #columns: readonly ParquetColumn[];
  readonly count: number;
  place = 0;
  #values: readonly ArrayLike<unknown>[] = [];
  #row = 0;

  constructor(columns: readonly ParquetColumn[]) {
    this.#columns = columns;
    this.count = columns.length;
  }

  set(values: readonly ArrayLike<unknown>[]): void {
    this.#values = values;
  }

  go(row: number, place: number): void {
    this.#row = row;
    this.place = place;
  }

  text(at: number): string | undefined {
    const value = this.#values[at]?.[this.#row];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string') return value;
    return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : JSON.stringify(value);
  }

  number(at: number): number {
    const value = this.#values[at]?.[this.#row];
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    return typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
  }

  numbers(at: number): readonly number[] | undefined {
    const value = this.#values[at]?.[this.#row];
    if (typeof value === 'string' && value.startsWith('[')) return listOf(value);
    if (!Array.isArray(value)) return undefined;
    const list = value.map(Number);
    return list.every(Number.isFinite) ? list : undefined;
  }

  date(at: number, out: Stamp): boolean {
    const { unit, zoned = true } = this.#columns[at] ?? {};
    if (unit === undefined) {
      const value = this.#values[at]?.[this.#row];
      if (typeof value !== 'string') return false;
      const bytes = Buffer.from(value.trim());
      return readDate(bytes, 0, bytes.length, out);
    }
    const isRead = this.time(at, unit, out);
    out.zoned = zoned;
    return isRead;
  }

  time(at: number, unit: CountUnit, out: Stamp): boolean {
    const value = this.#values[at]?.[this.#row];
    if (typeof value === 'bigint') return putWhole(value, unit, out);
    if (typeof value === 'number' && Number.isSafeInteger(value)) return putNumber(value, unit, out);
    if (typeof value !== 'number' && typeof value !== 'string') return false;
    const bytes = Buffer.from(String(value).trim());
    return bytes.length > 0 && readCount(bytes, 0, bytes.length, unit, out);
  }
}

function putNumber(value: number, unit: CountUnit, out: Stamp): boolean {
  const perSec = PER_SEC[unit];
  out.sec = Math.floor(value / perSec);
  out.ns = (value - out.sec * perSec) * (1e9 / perSec);
  out.zoned = true;
  return Math.abs(out.sec) < 3.2e11;
}

function putWhole(value: bigint, unit: CountUnit, out: Stamp): boolean {
  if (unit !== 'ns') return putNumber(Number(value), unit, out);
  const sec = value / SECOND_NS - (value % SECOND_NS < 0n ? 1n : 0n);
  out.sec = Number(sec);
  out.ns = Number(value - sec * SECOND_NS);
  out.zoned = true;
  return true;
}

function listOf(text: string): readonly number[] | undefined {
  try {
    const list = JSON.parse(text) as unknown;
    return Array.isArray(list) && list.every((one) => Number.isFinite(one)) ? (list as number[]) : undefined;
  } catch {
    return undefined;
  }
}
