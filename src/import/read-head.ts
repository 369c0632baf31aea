import type { Fault } from '../trace-file/fault.js';
import { isObject } from '../trace-file/trace-header.js';
import { DELIMITERS, DelimitedRows, type Dialect } from './delimited-rows.js';
import type { Head } from './import-format.js';

/** As much of a source as shows its format. */
export const HEAD_BYTES = 1 << 18;
const MOST_LINES = 50;

/** Beginnings of what is no table, and what to do. */
const REFUSED: readonly { readonly begins: readonly number[] | string; readonly why: string }[] = [
  {
    begins: 'version https://git-lfs',
    why: 'it is a pointer of Git LFS, not the data; fetch the data with git lfs pull',
  },
  { begins: '<!doctype', why: 'it is a web page, not the data; download the raw file' },
  { begins: '<html', why: 'it is a web page, not the data; download the raw file' },
  { begins: [0x50, 0x4b, 3, 4], why: 'it is a zip archive; unpack it first' },
  { begins: [0x28, 0xb5, 0x2f, 0xfd], why: 'it is compressed with zstd; unpack it first, or compress it with gzip' },
  { begins: [0x42, 0x5a, 0x68], why: 'it is compressed with bzip2; unpack it first, or compress it with gzip' },
  { begins: [0xfd, 0x37, 0x7a], why: 'it is compressed with xz; unpack it first, or compress it with gzip' },
  { begins: [0xff, 0xfe], why: 'it is UTF-16; save it as UTF-8' },
  { begins: [0xfe, 0xff], why: 'it is UTF-16; save it as UTF-8' },
];

/** What the first bytes of a source show. Throws the error of `fault` for what is no source of arrivals. */
export function readHead(bytes: Buffer, fault: Fault): Head {
  const text = withoutMark(bytes).toString('utf8');
  for (const { begins, why } of REFUSED) {
    const found =
      typeof begins === 'string'
        ? text.slice(0, begins.length).toLowerCase() === begins
        : begins.every((byte, i) => bytes[i] === byte);
    if (found) throw fault(why);
  }
  if (bytes.length === 0) throw fault('it is empty; give a file with arrivals');
  const isParquet = bytes.toString('latin1', 0, 4) === 'PAR1';
  const whole = text.split(/\r?\n/);
  // The last line may be cut off.
  if (bytes.length >= HEAD_BYTES && whole.length > 1) whole.pop();
  const lines = whole.filter((line) => line.trim() !== '').slice(0, MOST_LINES);
  const table = tableLines(lines);
  return {
    lines,
    header: isParquet ? [] : fieldsOf(table.first, table.dialect).map(withoutType),
    object: objectOf(text, lines),
    isParquet,
  };
}

/** A CSV of a trace says the type of a column behind its name. */
function withoutType(name: string): string {
  return name.replace(/:(text|number|boolean|numbers)$/, '');
}

/** Without the mark of UTF-8 that some editors put first. */
export function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** The dialect of a table: that of its `sep=` line, else the delimiter that its first row has most. */
export function tableLines(lines: readonly string[]): {
  readonly dialect: Dialect;
  readonly first: string;
  readonly sepLine: boolean;
} {
  const [, sep] = /^"?sep=(.)"?\s*$/i.exec(lines[0] ?? '') ?? [];
  const rows = lines.slice(sep === undefined ? 0 : 1).filter((line) => !line.startsWith('#'));
  const first = rows[0] ?? '';
  const delimiter = sep?.charCodeAt(0) ?? commonest(first);
  const decimalComma =
    delimiter !== DELIMITERS.comma && /\d,\d/.test(rows[1] ?? '') && !/\d\.\d+(\D|$)/.test(rows[1] ?? '');
  return { dialect: { delimiter, decimalComma, comments: true }, first, sepLine: sep !== undefined };
}

function commonest(line: string): number {
  const bare = line.replace(/"[^"]*"/g, '');
  const counted = [DELIMITERS.comma, DELIMITERS.semicolon, DELIMITERS.tab, DELIMITERS.pipe].map((delimiter) => ({
    delimiter,
    times: bare.split(String.fromCharCode(delimiter)).length,
  }));
  return counted.reduce((best, one) => (one.times > best.times ? one : best)).delimiter;
}

/** Values of a column in the first rows, those that are absent left out. */
export function samplesOf({ lines, header, object }: Head, column: string): string[] {
  const value = object?.[column];
  if (value !== undefined && value !== null) return [typeof value === 'string' ? `"${value}"` : JSON.stringify(value)];
  const { dialect, sepLine } = tableLines(lines);
  const rows = lines.filter((line) => !line.startsWith('#')).slice(sepLine ? 2 : 1);
  const at = header.indexOf(column);
  return rows.map((line) => fieldsOf(line, dialect)[at] ?? '').filter((text) => text !== '' && !/^nan$/i.test(text));
}

/** The fields of one line. */
function fieldsOf(line: string, dialect: Dialect): string[] {
  let fields: string[] = [];
  const keep = (rows: DelimitedRows): void => {
    fields = Array.from({ length: rows.count }, (_, at) => rows.text(at)?.trim() ?? '');
  };
  const ignore = (text: string): Error => new Error(text);
  const rows: DelimitedRows = new DelimitedRows(dialect, ignore as never, () => {
    keep(rows);
  });
  try {
    rows.push(Buffer.from(line));
    rows.end();
  } catch {
    return [];
  }
  return fields;
}

/** The first object of JSON lines, of a list of objects, or a whole document. */
function objectOf(text: string, lines: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  const trimmed = text.trimStart();
  if (!/^[[{]/.test(trimmed)) return undefined;
  const first = (lines[0] ?? '')
    .trim()
    .replace(/^\[\s*/, '')
    .replace(/,\s*$/, '');
  for (const candidate of [first, trimmed, firstObject(trimmed)]) {
    const value = parsed(candidate);
    if (Array.isArray(value) && isObject(value[0])) return value[0];
    if (isObject(value)) return value;
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text up to the bracket that closes the first object. */
function firstObject(text: string): string {
  const from = text.indexOf('{');
  let depth = 0;
  let inText = false;
  for (let i = from; i >= 0 && i < text.length; i++) {
    const char = text[i];
    if (inText) {
      if (char === '\\') i++;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return text.slice(from, i + 1);
  }
  return '';
}
