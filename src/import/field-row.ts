import type { CountUnit } from './counted-time.js';
import type { Stamp } from './stamp.js';

/** One row of a source, by the positions of its columns: fields of a line, values of a JSON object, or of columns of Parquet. */
export interface FieldRow {
  /** How many fields it has. */
  readonly count: number;
  /** Where it stands in the source: its line, or its number from 1. */
  readonly place: number;
  /** Undefined: absent (no such field, empty, `-` in logs, null). */
  text(at: number): string | undefined;
  /** NaN: absent, or no number. */
  number(at: number): number;
  /** A list of numbers; undefined: absent or none. */
  numbers(at: number): readonly number[] | undefined;
  /** Reads a date and time of day; false: it is none. */
  date(at: number, out: Stamp): boolean;
  /** Reads a number that counts time; false: it is none. */
  time(at: number, unit: CountUnit, out: Stamp): boolean;
}
