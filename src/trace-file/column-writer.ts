import type { ColumnType, ColumnValue, ColumnValues, TraceColumn } from '../trace.js';
import { ARRIVAL_CHUNK } from './arrival-store.js';
import { absentBlock, encodeBlock, packValues, valueAt } from './column-block.js';
import type { ColumnBytes } from './column-bytes.js';
import { lengthDefect } from './column-rules.js';
import { fieldAs, textOf, typeOfField } from './csv-value.js';

type Inferred = Exclude<ColumnType, 'text'>;

/**
 * Takes the values of one column, one for each arrival, and keeps them in blocks. Without a declared type it is found: a column is
 * of numbers, booleans or lists where all its values are, and of texts otherwise. Until then a block is kept as what its own values
 * are, in such a way that nothing of a text is lost.
 */
export class ColumnWriter {
  readonly name: string;
  #declared: ColumnType | undefined;
  readonly #bytes: ColumnBytes;
  /** The one type that all values had; `text` where they differed. */
  #found: ColumnType | undefined;
  #values: (ColumnValue | undefined)[] = [];
  #blocks: number[] = [];
  #rows = 0;
  #absent = 0;
  /** Fields `NaN`, which are absent where the column is of numbers. */
  #nans = 0;

  constructor(name: string, declared: ColumnType | undefined, bytes: ColumnBytes) {
    this.name = name;
    this.#declared = declared;
    this.#bytes = bytes;
  }

  get declared(): ColumnType | undefined {
    return this.#declared;
  }

  /** Values so far. */
  get rows(): number {
    return this.#rows;
  }

  /** The next value as JSON gives it. A text says why it cannot be. */
  add(value: ColumnValue | undefined): string | undefined {
    if (value === undefined || Number.isNaN(value)) {
      this.addAbsent();
      return undefined;
    }
    const type =
      typeof value === 'object' ? 'numbers' : typeof value === 'string' ? 'text' : (typeof value as Inferred);
    if (this.#declared !== undefined && type !== this.#declared) return `it is no ${NOUNS[this.#declared]}`;
    return this.#keep(canonical(value), type);
  }

  /** Fixes the type of a column after its values came; a text says what else they are. */
  declare(type: ColumnType): string | undefined {
    if (this.#found !== undefined && this.#found !== type) return `it is declared as ${type}, and holds ${this.#found}`;
    this.#declared = type;
    return undefined;
  }

  /** Whether `addWhole` is for this column. */
  get takesNumbers(): boolean {
    return this.#declared === undefined || this.#declared === 'number';
  }

  /** The next field of CSV where it is a whole number as JavaScript writes it. */
  addWhole(value: number): void {
    this.#found = this.#found === undefined || this.#found === 'number' ? 'number' : 'text';
    this.#push(value);
  }

  /** The next value as CSV gives it. */
  addField(field: string): string | undefined {
    if (this.#declared !== undefined) {
      const value = fieldAs(field, this.#declared);
      if (value === undefined) return `it is no ${NOUNS[this.#declared]}`;
      if (!Number.isNaN(value)) return this.#keep(value, this.#declared);
      this.addAbsent();
      return undefined;
    }
    const type = this.#found === 'text' ? undefined : typeOfField(field);
    const value = type === undefined ? field : fieldAs(field, type);
    // What would be written otherwise than it was read stays a text until it is known that it need not be one.
    const isNaNField = Number.isNaN(value);
    if (isNaNField) this.#nans++;
    const exact = value !== undefined && !isNaNField && textOf(value) === field;
    return this.#keep(exact ? value : field, type ?? 'text');
  }

  /** Arrivals up to `rows` that have no value yet lack one. */
  fill(rows: number): void {
    while (this.#rows < rows) this.addAbsent();
  }

  addAbsent(): void {
    this.#absent++;
    this.#push(undefined);
  }

  /** Many values of the declared type, at most ARRIVAL_CHUNK; where a block is due, they are kept without being looked at. */
  addChunk(values: ColumnValues, rows: number): void {
    if (values.type !== this.#declared) throw new TypeError(`column ${this.name} is no ${values.type}`);
    if (this.#values.length > 0 || rows < ARRIVAL_CHUNK) {
      for (let row = 0; row < rows; row++) {
        const defect = this.add(valueAt(values, row));
        if (defect !== undefined) throw new RangeError(`column ${this.name}: ${defect}`);
      }
      return;
    }
    this.#absent += absentIn(values, rows);
    this.#rows += rows;
    this.#blocks.push(...this.#bytes.add(encodeBlock(values, rows)));
  }

  finish(): TraceColumn {
    this.#flush();
    const type = this.#declared ?? this.#found ?? 'number';
    const absent = this.#absent + (type === 'number' ? this.#nans : 0);
    return { name: this.name, type, absent, blocks: Float64Array.from(this.#blocks) };
  }

  #keep(value: ColumnValue, type: ColumnType): string | undefined {
    const defect = lengthDefect(value);
    if (defect !== undefined) return defect;
    this.#found = this.#found === undefined || this.#found === type ? type : 'text';
    this.#push(value);
    return undefined;
  }

  #push(value: ColumnValue | undefined): void {
    this.#rows++;
    if (this.#values.push(value) === ARRIVAL_CHUNK) this.#flush();
  }

  #flush(): void {
    const rows = this.#values.length;
    if (rows === 0) return;
    const held = heldType(this.#values);
    const values =
      held !== 'text' ? this.#values : this.#values.map((value) => (value === undefined ? undefined : textOf(value)));
    const block = held === undefined ? absentBlock(rows) : encodeBlock(packValues(held, values), rows);
    this.#blocks.push(...this.#bytes.add(block));
    this.#values = [];
  }
}

/** -0 is 0, and half a surrogate pair, which no file can hold, is the replacement character. */
function canonical(value: ColumnValue): ColumnValue {
  if (typeof value === 'string') return value.toWellFormed();
  return typeof value === 'number' ? value + 0 : value;
}

const NOUNS: Readonly<Record<ColumnType, string>> = {
  number: 'number',
  text: 'text',
  boolean: 'boolean, true or false',
  numbers: 'list of numbers',
};

/** The type of all values of a block; text where they differ; undefined where there are none. */
function heldType(values: readonly (ColumnValue | undefined)[]): ColumnType | undefined {
  let found: ColumnType | undefined;
  for (const value of values) {
    if (value === undefined) continue;
    const type =
      typeof value === 'object' ? 'numbers' : typeof value === 'string' ? 'text' : (typeof value as Inferred);
    if (found !== undefined && found !== type) return 'text';
    found = type;
  }
  return found;
}

function absentIn(values: ColumnValues, rows: number): number {
  let absent = 0;
  for (let row = 0; row < rows; row++) {
    if (values.type === 'number') absent += Number(Number.isNaN(values.values[row]));
    else if (values.type === 'boolean') absent += Number((values.values[row] as number) > 1);
    else if (values.type === 'text') absent += Number((values.codes[row] as number) >= values.words.length);
    else absent += 1 - (values.present[row] as number);
  }
  return absent;
}
