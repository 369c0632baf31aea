import { counted } from '../text/counted.js';
import { printable } from '../errors.js';
import type { ColumnType } from '../trace.js';
import { isColumnType } from './column-rules.js';
import type { ColumnWriter } from './column-writer.js';
import { csvFields, type CsvField } from './csv-fields.js';
import { decimalOf, parseDecimal, PLAIN_NUMBER } from './decimal.js';
import { LineSplitter } from './line-splitter.js';
import { RowArrivals } from './row-arrivals.js';
import { decodeUtf8 } from './strict-json.js';
import { chooseTimeColumn, type TimeColumn } from './time-column.js';
import { LINE_BYTES, type ParsedTrace, type ParserOptions, type TraceParser } from './trace-parser.js';

const TAB = 9;
const SPACE = 32;
const ZERO = 48;
const QUOTE = 34;
const COMMA = 44;

interface Columns {
  readonly count: number;
  readonly time: TimeColumn;
  readonly timeAt: number;
  /** -1: there is none. */
  readonly payloadAt: number;
  /** The column of each field; undefined: of the time, the payload, and of what is not kept. */
  readonly others: (ColumnWriter | undefined)[];
}

/** Reads comma-separated values (RFC 4180) with a header row. */
export function csvParser(options: ParserOptions): TraceParser {
  return new CsvParser(options);
}

class CsvParser implements TraceParser {
  readonly #options: ParserOptions;
  readonly #arrivals: RowArrivals;
  readonly #lines: LineSplitter;
  #columns: Columns | undefined;
  #atMs = 0;
  #payload = 0;

  constructor(options: ParserOptions) {
    const { fault } = options;
    this.#options = options;
    this.#arrivals = new RowArrivals(options);
    const limits = { quotes: true, firstLimit: LINE_BYTES, limit: LINE_BYTES, fault };
    this.#lines = new LineSplitter(limits, (bytes, start, end, line) => {
      this.#row(bytes, start, end, line);
    });
  }

  push(bytes: Buffer): void {
    this.#lines.push(bytes);
  }

  end(): ParsedTrace {
    this.#lines.end();
    if (this.#columns === undefined)
      throw this.#options.fault('it is empty; write a header row such as at_ms and a time per row below it');
    return { header: {}, arrivals: this.#arrivals.finish(), highest: this.#arrivals.highest };
  }

  discard(): void {
    this.#arrivals.discard();
  }

  #row(bytes: Buffer, start: number, end: number, line: number): void {
    if (isBlank(bytes, start, end)) return;
    const columns = this.#columns;
    if (columns === undefined) {
      const names = this.#fields(bytes.subarray(start, end), line).map(({ text }) => text.trim());
      this.#columns = this.#readHeader(names, line);
      return;
    }
    this.#atMs = NaN;
    this.#payload = 0;
    const fields = hasQuote(bytes, start, end)
      ? this.#scanQuoted(columns, bytes.subarray(start, end), line)
      : this.#scan(columns, bytes, start, end, line);
    if (fields !== columns.count) {
      throw this.#options.fault(
        `line ${String(line)}: it has ${counted(fields, 'field')}, the header has ${String(columns.count)}; make them equal`,
      );
    }
    this.#arrivals.add(this.#atMs, this.#payload, line, columns.time.name);
  }

  #readHeader(names: readonly string[], line: number): Columns {
    const { fault, column, unit } = this.#options;
    const time = chooseTimeColumn(names, column, unit);
    if (typeof time === 'string') throw fault(`line ${String(line)}: ${time}`);
    for (const name of [time.name, 'payload']) {
      if (names.indexOf(name) !== names.lastIndexOf(name))
        throw fault(`line ${String(line)}: the column ${printable(name, 60)} occurs twice; rename one`);
    }
    return {
      count: names.length,
      time: { ...time, name: printable(time.name, 60) },
      timeAt: names.indexOf(time.name),
      payloadAt: names.indexOf('payload'),
      others: names.map((name) => (name === time.name || name === 'payload' ? undefined : this.#begin(name, names))),
    };
  }

  /** A column named `model:text` is declared as of texts. */
  #begin(given: string, names: readonly string[]): ColumnWriter | undefined {
    const { columns } = this.#arrivals;
    const { name, type } = declaredIn(given);
    const twice = names.filter((other) => declaredIn(other).name === name).length > 1;
    if (twice) columns.ignore(name, 'it occurs twice; rename one');
    else if (name !== '') return columns.writer(name, 0, type);
    return undefined;
  }

  /** Takes the values out of a row without quotes and counts its fields. */
  #scan(columns: Columns, bytes: Buffer, start: number, end: number, line: number): number {
    const { timeAt, payloadAt, others } = columns;
    let field = 0;
    let from = start;
    for (let i = start; i <= end; i++) {
      if (i < end && bytes[i] !== COMMA) continue;
      if (field === timeAt) this.#atMs = trimmedNumber(bytes, from, i, columns.time.shift);
      else if (field === payloadAt) this.#payload = trimmedNumber(bytes, from, i, 0);
      else if (others[field] !== undefined) this.#take(columns, field, bytes, from, i, line);
      field++;
      from = i + 1;
    }
    return field;
  }

  /** A field between `from` and `to`, spaces around it left away, is the next value of its column. */
  #take(columns: Columns, field: number, bytes: Buffer, from: number, to: number, line: number): void {
    while (from < to && isSpace(bytes[from] as number)) from++;
    while (to > from && isSpace(bytes[to - 1] as number)) to--;
    const column = columns.others[field] as ColumnWriter;
    const whole = column.takesNumbers ? wholeNumber(bytes, from, to) : -1;
    if (whole >= 0) column.addWhole(whole);
    else if (from === to) column.addAbsent();
    else this.#add(columns, field, bytes.toString('utf8', from, to), line);
  }

  #scanQuoted(columns: Columns, bytes: Buffer, line: number): number {
    const fields = this.#fields(bytes, line);
    this.#atMs = decimalOf((fields[columns.timeAt]?.text ?? '').trim(), columns.time.shift, PLAIN_NUMBER);
    if (columns.payloadAt >= 0)
      this.#payload = decimalOf((fields[columns.payloadAt]?.text ?? '').trim(), 0, PLAIN_NUMBER);
    for (const [i, { text, quoted }] of fields.entries()) {
      const value = quoted ? text : text.trim();
      if (value === '' && !quoted) columns.others[i]?.addAbsent();
      else this.#add(columns, i, value, line);
    }
    return fields.length;
  }

  #add(columns: Columns, field: number, text: string, line: number): void {
    const column = columns.others[field];
    const defect = column?.addField(text);
    if (column === undefined || defect === undefined) return;
    const label = printable(column.name, 60);
    if (column.declared !== undefined) throw this.#options.fault(`line ${String(line)}, ${label}: ${defect}`);
    columns.others[field] = undefined;
    this.#arrivals.columns.ignore(column.name, `line ${String(line)}: ${defect}`);
  }

  #fields(bytes: Buffer, line: number): readonly CsvField[] {
    const text = decodeUtf8(bytes);
    if (text === undefined) throw this.#options.fault(`line ${String(line)}: it is not UTF-8; save the file as UTF-8`);
    const fields = csvFields(text.replace(/^\ufeff/, ''));
    if (fields === undefined)
      throw this.#options.fault(
        `line ${String(line)}: a double quote stands inside a field; put the field between quotes and double the quote`,
      );
    return fields;
  }
}

function declaredIn(given: string): { readonly name: string; readonly type?: ColumnType } {
  const colon = given.lastIndexOf(':');
  const type = given.slice(colon + 1);
  return colon > 0 && isColumnType(type) ? { name: given.slice(0, colon), type } : { name: given };
}

function hasQuote(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === QUOTE) return true;
  return false;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** A whole number as JavaScript writes it, of at most 15 digits; -1 where the bytes are anything else. */
function wholeNumber(bytes: Buffer, from: number, to: number): number {
  const length = to - from;
  if (length === 0 || length > 15 || (length > 1 && bytes[from] === ZERO)) return -1;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) > SPACE) return false;
  return true;
}

function trimmedNumber(bytes: Buffer, start: number, end: number, shift: number): number {
  let from = start;
  let to = end;
  while (from < to && bytes[from] === SPACE) from++;
  while (to > from && bytes[to - 1] === SPACE) to--;
  return parseDecimal(bytes, from, to, shift, PLAIN_NUMBER);
}
