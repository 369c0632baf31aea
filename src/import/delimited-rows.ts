import type { Fault } from '../trace-file/fault.js';
import { decimalOf, parseDecimal, PLAIN_NUMBER } from '../trace-file/decimal.js';
import { readCount, type CountUnit } from './counted-time.js';
import { closingBracket, closingQuote, UNFINISHED } from './closing-marks.js';
import type { FieldRow } from './field-row.js';
import { readDate, type Stamp } from './stamp.js';

const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const COMMA = 44;
const OPEN = 91;
const LINE_BYTES = 1 << 20;

export interface Dialect {
  /** The byte between fields; a run of spaces counts as one. */
  readonly delimiter: number;
  /** Whether a number has a comma for its point, as where fields are separated by semicolons. */
  readonly decimalComma?: boolean;
  /** Whether `[...]` is a field of its own, and a backslash makes the next quote part of the field, as in access logs. */
  readonly log?: boolean;
  /** Whether lines that begin with # are left out; `comment` takes them. */
  readonly comments?: boolean;
  /** Whether double quotes keep fields together; not in tab-separated text where none is wanted. */
  readonly quotes?: boolean;
}

/** Cuts bytes, however they are dealt, into rows and rows into fields: RFC 4180 with any delimiter, LF or CR LF, or access logs. */
export class DelimitedRows implements FieldRow {
  count = 0;
  place = 0;
  readonly #dialect: Dialect;
  readonly #fault: Fault;
  readonly #onRow: (row: FieldRow) => void;
  readonly #onComment: ((text: string) => void) | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #buffer: Buffer = Buffer.alloc(0);
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  /** Whether the field holds doubled or escaped quotes. */
  #escaped = new Uint8Array(64);
  #rest: Buffer = Buffer.alloc(0);
  readonly #seen = { lines: 0, escaped: false };
  #line = 1;
  #linesInRow = 0;

  constructor(dialect: Dialect, fault: Fault, onRow: (row: FieldRow) => void, onComment?: (text: string) => void) {
    this.#dialect = dialect;
    this.#fault = fault;
    this.#onRow = onRow;
    this.#onComment = onComment;
  }

  push(chunk: Buffer): void {
    const whole = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const done = this.#rows(whole, false);
    this.#rest = done === whole.length ? Buffer.alloc(0) : Buffer.from(whole.subarray(done));
    if (this.#rest.length > LINE_BYTES)
      throw this.#fault(`line ${String(this.#line)}: it is longer than 1 MiB; break it up, or close its double quote`);
  }

  /** The last line may lack its end. */
  end(): void {
    this.#rows(this.#rest, true);
    this.#rest = Buffer.alloc(0);
  }

  text(at: number): string | undefined {
    const [from, to] = this.#span(at);
    if (from >= to || (to - from === 1 && this.#dialect.log === true && this.#bytes[from] === 45)) return undefined;
    const text = this.#buffer.toString('utf8', from, to);
    if (this.#escaped[at] === 0) return text;
    return this.#dialect.log === true ? text.replace(/\\(["\\])/g, '$1') : text.replaceAll('""', '"');
  }

  number(at: number): number {
    const [from, to] = this.#span(at);
    if (from >= to) return NaN;
    if (this.#dialect.decimalComma === true) {
      const text = this.#buffer.toString('latin1', from, to);
      return decimalOf(text.replace(',', '.'), 0, PLAIN_NUMBER);
    }
    return parseDecimal(this.#bytes, from, to, 0, PLAIN_NUMBER);
  }

  numbers(at: number): readonly number[] | undefined {
    const inside = /^\[(.*)\]$/s.exec(this.text(at) ?? '')?.[1];
    if (inside === undefined) return undefined;
    const list = inside.trim() === '' ? [] : inside.split(/[\s,;]+/).map(Number);
    return list.every(Number.isFinite) ? list : undefined;
  }

  date(at: number, out: Stamp): boolean {
    const [from, to] = this.#span(at);
    return readDate(this.#bytes, from, to, out);
  }

  time(at: number, unit: CountUnit, out: Stamp): boolean {
    const [from, to] = this.#span(at);
    if (from >= to) return false;
    if (this.#dialect.decimalComma === true) {
      const text = Buffer.from(this.#buffer.toString('latin1', from, to).replace(',', '.'));
      return readCount(text, 0, text.length, unit, out);
    }
    return readCount(this.#bytes, from, to, unit, out);
  }

  /** Without the spaces around it. */
  #span(at: number): readonly [from: number, to: number] {
    if (at < 0 || at >= this.count) return NOTHING;
    let from = this.#starts[at] as number;
    let to = this.#ends[at] as number;
    while (from < to && this.#bytes[from] === SPACE) from++;
    while (to > from && this.#bytes[to - 1] === SPACE) to--;
    return [from, to];
  }

  /** Reports the whole rows of `bytes`; returns where the first one begins that is not whole. */
  #rows(bytes: Buffer, isLast: boolean): number {
    this.#bytes = bytes;
    this.#buffer = bytes;
    let at = 0;
    while (at < bytes.length) {
      this.#linesInRow = 1;
      const end = this.#row(bytes, at, isLast);
      if (end < 0) break;
      this.place = this.#line;
      if (!this.#isBlank(at)) this.#onRow(this);
      this.#line += this.#linesInRow;
      at = end;
    }
    return at;
  }

  #isBlank(from: number): boolean {
    if (this.count === 0) return true;
    const to = this.#ends[this.count - 1] as number;
    if (this.#dialect.comments === true && this.#bytes[from] === HASH) {
      this.#onComment?.(this.#buffer.toString('utf8', from, to));
      return true;
    }
    return this.count === 1 && this.text(0) === undefined;
  }

  /** Finds the fields of the row at `from`; returns where the next one begins, -1: this one is not whole. */
  #row(bytes: Uint8Array, from: number, isLast: boolean): number {
    const { delimiter, log = false, quotes = true } = this.#dialect;
    const runs = delimiter === SPACE;
    let field = 0;
    let start = from;
    for (let i = from; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (byte === delimiter) {
        if (runs && i === start) start = i + 1;
        else {
          this.#put(field++, start, i, 0);
          start = i + 1;
        }
      } else if (byte === LF) {
        return this.#finish(field, start, i, runs);
      } else if (i === start && ((byte === QUOTE && quotes) || (byte === OPEN && log))) {
        const close = byte === OPEN ? closingBracket(bytes, i + 1) : closingQuote(bytes, i + 1, log, this.#seen);
        if (close === UNFINISHED && !isLast) return -1;
        if (close < 0) {
          if (byte === QUOTE && !log) throw this.#unclosed();
          continue;
        }
        // What stands behind the closing quote belongs to no field.
        let next = close + 1;
        while (next < bytes.length && bytes[next] !== delimiter && bytes[next] !== LF) next++;
        if (next === bytes.length && !isLast) return -1;
        this.#linesInRow += byte === QUOTE ? this.#seen.lines : 0;
        this.#put(field++, i + 1, close, byte === QUOTE && this.#seen.escaped ? 1 : 0);
        if (next === bytes.length || bytes[next] === LF) {
          this.count = field;
          return next === bytes.length ? next : next + 1;
        }
        start = next + 1;
        i = next;
      }
    }
    return isLast ? this.#finish(field, start, bytes.length, runs) : -1;
  }

  #finish(field: number, start: number, lineEnd: number, runs: boolean): number {
    const end = lineEnd > start && this.#bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    if (!runs || end > start) this.#put(field++, start, end, 0);
    this.count = field;
    return Math.min(lineEnd + 1, this.#bytes.length);
  }

  #unclosed(): Error {
    return this.#fault(`line ${String(this.#line)}: a double quote is never closed; close it`);
  }

  #put(field: number, start: number, end: number, escaped: number): void {
    if (field === this.#starts.length) this.#grow();
    this.#starts[field] = start;
    this.#ends[field] = end;
    this.#escaped[field] = escaped;
  }

  #grow(): void {
    const [starts, ends, escaped] = [this.#starts, this.#ends, this.#escaped];
    if (starts.length >= 1 << 20) throw this.#fault(`line ${String(this.#line)}: it has over 1,000,000 fields`);
    this.#starts = new Int32Array(starts.length * 2);
    this.#ends = new Int32Array(starts.length * 2);
    this.#escaped = new Uint8Array(starts.length * 2);
    this.#starts.set(starts);
    this.#ends.set(ends);
    this.#escaped.set(escaped);
  }
}

const NOTHING = [0, 0] as const;

export const DELIMITERS = { comma: COMMA, semicolon: 59, tab: 9, space: SPACE, pipe: 124 } as const;
