import { printable } from '../errors.js';
import { decimalOf, JSON_NUMBER } from './decimal.js';
import { sourceOf, withJsonSources } from './json-sources.js';
import { isColumnValue } from './column-rules.js';
import { LineMatcher } from './line-matcher.js';
import { LineSplitter } from './line-splitter.js';
import { RowArrivals } from './row-arrivals.js';
import { decodeUtf8, parseStrictJson } from './strict-json.js';
import { chooseTimeColumn, type TimeColumn } from './time-column.js';
import { checkHeader, checkKey, isObject, traceKeys, type TraceHeader } from './trace-header.js';
import { LINE_BYTES, VALUE_BYTES, type ParsedTrace, type ParserOptions, type TraceParser } from './trace-parser.js';

type Row = Readonly<Record<string, unknown>>;

/** Reads the format with one JSON object per line; the first may be a header. Other keys of a line are columns. */
export function jsonlParser(options: ParserOptions): TraceParser {
  return new JsonlParser(options);
}

class JsonlParser implements TraceParser {
  readonly #options: ParserOptions;
  readonly #arrivals: RowArrivals;
  readonly #lines: LineSplitter;
  #header: TraceHeader = {};
  #begun = false;
  #column: TimeColumn | undefined;
  #matcher: LineMatcher | undefined;
  /** The column's name for errors. */
  #label = '';

  constructor(options: ParserOptions) {
    const { fault } = options;
    this.#options = options;
    this.#arrivals = new RowArrivals(options);
    const limits = { quotes: false, firstLimit: VALUE_BYTES, limit: LINE_BYTES, fault };
    this.#lines = new LineSplitter(limits, (bytes, start, end, line) => {
      this.#line(bytes, start, end, line);
    });
  }

  push(bytes: Buffer): void {
    this.#lines.push(bytes);
  }

  end(): ParsedTrace {
    this.#lines.end();
    if (!this.#begun) throw this.#options.fault('it is empty; write a trace into it');
    return { header: this.#header, arrivals: this.#arrivals.finish(), highest: this.#arrivals.highest };
  }

  discard(): void {
    this.#arrivals.discard();
  }

  #line(bytes: Buffer, start: number, end: number, line: number): void {
    if (this.#matcher?.match(bytes, start, end) === true) {
      this.#arrivals.add(this.#matcher.atMs, this.#matcher.payload, line, this.#label);
      return;
    }
    const read = this.#object(bytes.subarray(start, end), line);
    if (read === undefined) return;
    const { row, text } = read;
    if (!this.#begun && this.#isHeader(row)) this.#readHeader(row, text);
    else this.#readRow(row, line);
    this.#begun = true;
  }

  /** Undefined for a blank line. */
  #object(bytes: Buffer, line: number): { readonly row: Row; readonly text: string } | undefined {
    const text = decodeUtf8(bytes)
      ?.replace(/^\ufeff/, '')
      .trim();
    if (text === '') return undefined;
    if (text === undefined) throw this.#options.fault(`line ${String(line)}: it is not UTF-8; save the file as UTF-8`);
    const parsed = parseStrictJson(text);
    if (!parsed.ok) throw this.#options.fault(`line ${String(line)}: ${parsed.why}`);
    if (!isObject(parsed.value))
      throw this.#options.fault(`line ${String(line)}: it is no object; write one such as {"at_ms": 12.5}`);
    return { row: parsed.value, text };
  }

  #isHeader(row: Row): boolean {
    return Object.hasOwn(row, 'format') && typeof this.#choose(row) === 'string';
  }

  #readHeader(row: Row, text: string): void {
    const { fault } = this.#options;
    for (const key of Object.keys(row)) checkKey(key, traceKeys(), fault);
    const values = new Map(Object.entries(row));
    if (values.has('payloads')) values.set('payloads', withJsonSources(row['payloads'], sourceOf(text, 'payloads')));
    this.#header = checkHeader(values, fault);
    for (const { name, type } of this.#header.columnTypes ?? []) this.#arrivals.columns.begin(name, type);
  }

  #readRow(row: Row, line: number): void {
    const { fault } = this.#options;
    const column = this.#column ?? this.#choose(row);
    if (typeof column === 'string') throw fault(`line ${String(line)}: ${column}`);
    this.#column = column;
    this.#matcher ??= new LineMatcher(column);
    this.#label = printable(column.name, 60);
    const at = own(row, column.name);
    if (at === undefined) throw fault(`line ${String(line)}: there is no ${this.#label}; give every line one`);
    const atMs = typeof at === 'number' ? decimalOf(String(at), column.shift, JSON_NUMBER) : NaN;
    const payload = own(row, 'payload') ?? 0;
    for (const key of Object.keys(row))
      if (key !== column.name && key !== 'payload') this.#addValue(key, row[key], line);
    this.#arrivals.add(atMs, typeof payload === 'number' ? payload : NaN, line, this.#label);
  }

  #addValue(name: string, value: unknown, line: number): void {
    const { columns, count } = this.#arrivals;
    const writer = columns.writer(name, count);
    if (writer === undefined || value === null) return;
    const defect = isColumnValue(value) ? writer.add(value) : 'it is neither number, text, boolean nor list of numbers';
    if (defect === undefined) return;
    const { fault } = this.#options;
    if (writer.declared !== undefined) throw fault(`line ${String(line)}, ${printable(name, 60)}: ${defect}`);
    columns.ignore(name, `line ${String(line)}: ${defect}`);
  }

  #choose(row: Row): TimeColumn | string {
    return chooseTimeColumn(Object.keys(row), this.#options.column, this.#options.unit);
  }
}

function own(row: Row, key: string): unknown {
  return Object.hasOwn(row, key) ? row[key] : undefined;
}
