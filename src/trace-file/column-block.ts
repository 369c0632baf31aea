import { ABSENT_BOOLEAN, ABSENT_WORD, type ColumnType, type ColumnValue, type ColumnValues } from '../trace.js';
import { fieldAs, textOf } from './csv-value.js';

/**
 * A block is at most 4096 values of a column as bytes: 8 bytes of head (kind, rows), then by kind
 * - number: float64 each;
 * - boolean: a byte each;
 * - text: a uint32 code each, the number of words, the end of each word (uint32), the words in UTF-8;
 * - numbers: a uint32 end each, a byte each that says whether it is present, float64 each (at a multiple of 8).
 * Numbers are in the machine's byte order. It is padded to a multiple of 8. A block without any value is its head alone.
 */
const KINDS = ['absent', 'number', 'text', 'boolean', 'numbers'] as const;
const HEAD_BYTES = 8;

export function encodeBlock(values: ColumnValues, rows: number): Uint8Array {
  if (values.type === 'number') return block('number', rows, [view(values.values, rows)]);
  if (values.type === 'boolean') return block('boolean', rows, [view(values.values, rows)]);
  if (values.type === 'text') {
    const words = values.words.map((word) => Buffer.from(word));
    const ends = new Uint32Array(words.length + 1);
    ends[0] = words.length;
    words.reduce((end, word, i) => (ends[i + 1] = end + word.length), 0);
    return block('text', rows, [view(values.codes, rows), view(ends, ends.length), ...words]);
  }
  const starts = values.starts.subarray(0, rows + 1);
  const from = starts[0] ?? 0;
  const ends = starts.subarray(1).map((end) => end - from);
  const numbers = values.values.subarray(from, starts[rows]);
  const padding = new Uint8Array(-(rows * 5) & 7);
  return block('numbers', rows, [view(ends, rows), view(values.present, rows), padding, view(numbers, numbers.length)]);
}

/** A block of `rows` arrivals that all lack a value. */
export function absentBlock(rows: number): Uint8Array {
  return block('absent', rows, []);
}

function block(kind: (typeof KINDS)[number], rows: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, HEAD_BYTES);
  const bytes = new Uint8Array((length + 7) & ~7);
  new Uint32Array(bytes.buffer, 0, 2).set([KINDS.indexOf(kind), rows]);
  let at = HEAD_BYTES;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function view(numbers: Float64Array | Uint32Array | Uint8Array, length: number): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, length * numbers.BYTES_PER_ELEMENT);
}

/** The values of a block as those of a column of `type`. `bytes` begin at a multiple of 8 of their buffer; numbers are views of them. */
export function decodeBlock(bytes: Uint8Array, type: ColumnType): ColumnValues {
  const [kind = 0, rows = 0] = new Uint32Array(bytes.buffer, bytes.byteOffset, 2);
  const held = KINDS[kind];
  if (held === undefined) throw new Error('a block of a column is damaged');
  if (held === 'absent') return absentValues(type, rows);
  const values = decoders[held](bytes.buffer, bytes.byteOffset + HEAD_BYTES, rows);
  return values.type === type ? values : converted(values, type, rows);
}

const decoders = {
  number: (buffer: ArrayBufferLike, at: number, rows: number): ColumnValues => ({
    type: 'number',
    values: new Float64Array(buffer, at, rows),
  }),
  boolean: (buffer: ArrayBufferLike, at: number, rows: number): ColumnValues => ({
    type: 'boolean',
    values: new Uint8Array(buffer, at, rows),
  }),
  text: (buffer: ArrayBufferLike, at: number, rows: number): ColumnValues => {
    const codes = new Uint32Array(buffer, at, rows);
    const endsAt = at + 4 * rows;
    const [count = 0] = new Uint32Array(buffer, endsAt, 1);
    const ends = new Uint32Array(buffer, endsAt + 4, count);
    const wordsAt = endsAt + 4 + 4 * count;
    const words: string[] = [];
    for (let i = 0; i < count; i++) {
      const from = i === 0 ? 0 : (ends[i - 1] as number);
      words.push(Buffer.from(buffer as ArrayBuffer, wordsAt + from, (ends[i] as number) - from).toString());
    }
    return { type: 'text', codes, words };
  },
  numbers: (buffer: ArrayBufferLike, at: number, rows: number): ColumnValues => {
    const starts = new Uint32Array(rows + 1);
    starts.set(new Uint32Array(buffer, at, rows), 1);
    const valuesAt = (at + 5 * rows + 7) & ~7;
    return {
      type: 'numbers',
      starts,
      present: new Uint8Array(buffer, at + 4 * rows, rows),
      values: new Float64Array(buffer, valuesAt, starts[rows]),
    };
  },
};

function absentValues(type: ColumnType, rows: number): ColumnValues {
  if (type === 'number') return { type, values: new Float64Array(rows).fill(NaN) };
  if (type === 'boolean') return { type, values: new Uint8Array(rows).fill(ABSENT_BOOLEAN) };
  if (type === 'text') return { type, codes: new Uint32Array(rows).fill(ABSENT_WORD), words: [] };
  return { type, starts: new Uint32Array(rows + 1), present: new Uint8Array(rows), values: new Float64Array(0) };
}

/** The value of one row; undefined: absent. */
export function valueAt(column: ColumnValues, row: number): ColumnValue | undefined {
  if (column.type === 'number') {
    const value = column.values[row] as number;
    return Number.isNaN(value) ? undefined : value;
  }
  if (column.type === 'text') return column.words[column.codes[row] as number];
  if (column.type === 'boolean') return [false, true][column.values[row] as number];
  if (column.present[row] !== 1) return undefined;
  return [...column.values.subarray(column.starts[row], column.starts[row + 1])];
}

/**
 * A block that was written before the type of its column was known: a number reads like the text it was, and a text that may be a
 * number like the number.
 */
function converted(held: ColumnValues, type: ColumnType, rows: number): ColumnValues {
  return packValues(
    type,
    Array.from({ length: rows }, (_, row) => {
      const value = valueAt(held, row);
      if (value === undefined) return undefined;
      const as = type === 'text' ? textOf(value) : fieldAs(textOf(value), type);
      return Number.isNaN(as) ? undefined : as;
    }),
  );
}

/** Values of one type as they are held. */
export function packValues(type: ColumnType, values: readonly (ColumnValue | undefined)[]): ColumnValues {
  if (type === 'number')
    return { type, values: Float64Array.from(values, (value) => (value as number | undefined) ?? NaN) };
  if (type === 'boolean')
    return { type, values: Uint8Array.from(values, (value) => (value === undefined ? ABSENT_BOOLEAN : Number(value))) };
  if (type === 'text') return packTexts(values as readonly (string | undefined)[]);
  const lists = values as readonly (readonly number[] | undefined)[];
  const starts = new Uint32Array(values.length + 1);
  for (const [i, list] of lists.entries()) starts[i + 1] = (starts[i] as number) + (list?.length ?? 0);
  return {
    type,
    starts,
    present: Uint8Array.from(lists, (list) => Number(list !== undefined)),
    values: Float64Array.from(lists.flatMap((list) => list ?? [])),
  };
}

function packTexts(values: readonly (string | undefined)[]): ColumnValues {
  const codeOf = new Map<string, number>();
  const codes = Uint32Array.from(values, (value) => {
    if (value === undefined) return ABSENT_WORD;
    const known = codeOf.get(value);
    if (known !== undefined) return known;
    codeOf.set(value, codeOf.size);
    return codeOf.size - 1;
  });
  return { type: 'text', codes, words: [...codeOf.keys()] };
}
