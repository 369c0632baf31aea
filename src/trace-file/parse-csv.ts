import { counted } from '../text/counted.js';
import { printable } from '../errors.js';
import { csvFields } from './csv-fields.js';
import { decimalOf, parseDecimal, PLAIN_NUMBER } from './decimal.js';
import { LineSplitter } from './line-splitter.js';
import { RowArrivals } from './row-arrivals.js';
import { decodeUtf8 } from './strict-json.js';
import { chooseTimeColumn, type TimeColumn } from './time-column.js';
import { LINE_BYTES, type ParsedTrace, type ParserOptions, type TraceParser } from './trace-parser.js';

const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;

interface Columns {
  readonly count: number;
  readonly time: TimeColumn;
  readonly timeAt: number;
  /** -1: there is none. */
  readonly payloadAt: number;
}

/** Reads comma-separated values (RFC 4180) with a header row; columns that are not asked for are left alone. */
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
      this.#columns = this.#readHeader(this.#fields(bytes.subarray(start, end), line), line);
      return;
    }
    this.#atMs = NaN;
    this.#payload = 0;
    const fields =
      this.#scan(columns, bytes, start, end) ?? this.#scanQuoted(columns, bytes.subarray(start, end), line);
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
    };
  }

  /** Takes the numbers out of a row without quotes and counts its fields; undefined when there are quotes. */
  #scan(columns: Columns, bytes: Buffer, start: number, end: number): number | undefined {
    let field = 0;
    let from = start;
    for (let i = start; i <= end; i++) {
      const byte = i === end ? COMMA : bytes[i];
      if (byte === QUOTE) return undefined;
      if (byte !== COMMA) continue;
      if (field === columns.timeAt) this.#atMs = trimmedNumber(bytes, from, i, columns.time.shift);
      else if (field === columns.payloadAt) this.#payload = trimmedNumber(bytes, from, i, 0);
      field++;
      from = i + 1;
    }
    return field;
  }

  #scanQuoted(columns: Columns, bytes: Buffer, line: number): number {
    const fields = this.#fields(bytes, line);
    this.#atMs = decimalOf((fields[columns.timeAt] ?? '').trim(), columns.time.shift, PLAIN_NUMBER);
    if (columns.payloadAt >= 0) this.#payload = decimalOf((fields[columns.payloadAt] ?? '').trim(), 0, PLAIN_NUMBER);
    return fields.length;
  }

  #fields(bytes: Buffer, line: number): readonly string[] {
    const text = decodeUtf8(bytes);
    if (text === undefined) throw this.#options.fault(`line ${String(line)}: it is not UTF-8; save the file as UTF-8`);
    const fields = csvFields(text.replace(/^\ufeff/, ''));
    if (fields === undefined)
      throw this.#options.fault(
        `line ${String(line)}: a double quote stands inside a field; put the field between quotes and double the quote`,
      );
    return fields.map((field) => field.trim());
  }
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
