import type { Data, RecordBatch } from 'apache-arrow';
import type * as ArrowModule from 'apache-arrow';
import { printable, UserError } from '../errors.js';
import { columnOf, ownMetricColumn, type SampleColumnName, type SampleLayout, type WordName } from './columns.js';
import { isNumber, numbersOf, valuesOf } from '../column-values.js';
import { bitmapBytes, markPresent } from './null-bitmap.js';
import { blankBlock, usageOf, USAGE_NAMES, type SampleBlock, type UsageName } from '../sample.js';

export type Arrow = typeof ArrowModule;

/** Turns sample blocks into record batches of one schema, and back. */
export interface SampleTable {
  /** No column is copied: the record batch shares the buffers of the samples. */
  toRecords(block: SampleBlock): RecordBatch;
  /** Throws `UserError` when these are not samples. `what` names them in the message. */
  toSamples(records: RecordBatch, what: string): SampleBlock;
  readonly schema: ArrowModule.Schema;
}

/** The library takes 140 ms to load, so the caller hands it in. */
export function createSampleTable(arrow: Arrow, layout: SampleLayout): SampleTable {
  const columns = arrowColumns(arrow, layout);
  const fields = columns.map(({ name, type, nullable }) => new arrow.Field(name, type, nullable));
  const schema = new arrow.Schema(fields, new Map([['replay.samples', '1']]));
  const struct = new arrow.Struct(schema.fields);
  return {
    schema,
    toRecords(block) {
      const length = block.rows;
      const children = columns.map(({ toData }) => toData(block));
      return new arrow.RecordBatch(schema, arrow.makeData({ type: struct, length, nullCount: 0, children }));
    },
    toSamples: (records, what) => readRecords(records, what, layout),
  };
}

/** A column as Arrow knows it. */
interface ArrowColumn {
  readonly name: string;
  readonly type: ArrowModule.DataType;
  readonly nullable: boolean;
  toData(this: void, block: SampleBlock): Data;
}

function arrowColumns(arrow: Arrow, { columns, metrics }: SampleLayout): ArrowColumn[] {
  let dictionaries = 0;
  return [
    ...columns.map((column): ArrowColumn => {
      const { log: name, kind, words } = columnOf(column);
      const rest = { name, nullable: kind === 'number' || kind === 'text' };
      if (words !== undefined) return { ...rest, ...wordColumn(arrow, dictionaries++, words, column as WordName) };
      return { ...rest, type: typeOf(arrow, kind), toData: (block) => dataOf(arrow, block, column) };
    }),
    ...metrics.map((name, i): ArrowColumn => {
      const toData = (block: SampleBlock): Data => numberData(arrow, block.metrics?.[i], block.rows);
      return { name: ownMetricColumn(name), type: new arrow.Float64(), nullable: true, toData };
    }),
  ];
}

function typeOf(arrow: Arrow, kind: string): ArrowModule.DataType {
  if (kind === 'number') return new arrow.Float64();
  if (kind === 'text') return new arrow.Utf8();
  return kind === 'worker' ? new arrow.Uint16() : new arrow.Uint32();
}

function dataOf(arrow: Arrow, block: SampleBlock, name: SampleColumnName): Data {
  const { rows: length } = block;
  if (name === 'details') {
    return arrow.makeData({ type: new arrow.Utf8(), length, ...textColumn(block.details, length) });
  }
  if (isNumber(name)) return numberData(arrow, numbersOf(block, name), length);
  const data = valuesOf(block, name).subarray(0, length);
  return data instanceof Uint16Array
    ? arrow.makeData({ type: new arrow.Uint16(), length, nullCount: 0, data })
    : arrow.makeData({ type: new arrow.Uint32(), length, nullCount: 0, data: data as Uint32Array });
}

type WordType = ArrowModule.Dictionary<ArrowModule.Utf8, ArrowModule.Int8>;

/** One dictionary for all record batches: the writer sees that it is the same and writes it once. Codes stay under 128. */
function wordColumn(
  arrow: Arrow,
  id: number,
  words: readonly string[],
  name: WordName,
): Pick<ArrowColumn, 'type' | 'toData'> {
  const type: WordType = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8(), id);
  const dictionary = arrow.vectorFromArray([...words], new arrow.Utf8());
  return {
    type,
    toData({ [name]: codes, rows: length }) {
      const data = new Int8Array(codes.buffer, codes.byteOffset, length);
      return arrow.makeData({ type, length, nullCount: 0, data, dictionary });
    },
  };
}

/** Absent: nothing is known. */
function numberData(arrow: Arrow, column: Float64Array | undefined, length: number): Data {
  const type = new arrow.Float64();
  if (column !== undefined) {
    return arrow.makeData({ type, length, data: column.subarray(0, length), ...nullsOfNaN(column, length) });
  }
  const none = { data: new Float64Array(length), nullCount: length, nullBitmap: new Uint8Array(bitmapBytes(length)) };
  return arrow.makeData({ type, length, ...none });
}

interface Nulls {
  readonly nullCount: number;
  /** A bit per row, least significant first, 1: there is a value. Absent when there are no nulls. */
  readonly nullBitmap?: Uint8Array;
}

/** NaN is how the samples say null; the values themselves stay where they are. */
function nullsOfNaN(column: Float64Array, rows: number): Nulls {
  const nullBitmap = new Uint8Array(bitmapBytes(rows));
  const present = markPresent(column, rows, nullBitmap);
  return present === rows ? { nullCount: 0 } : { nullCount: rows - present, nullBitmap };
}

export function textColumn(
  details: SampleBlock['details'],
  rows: number,
): Nulls & { valueOffsets: Int32Array; data: Uint8Array } {
  const valueOffsets = new Int32Array(rows + 1);
  const nullBitmap = new Uint8Array(bitmapBytes(rows));
  if (details.length === 0) return { nullCount: rows, nullBitmap, valueOffsets, data: new Uint8Array(0) };
  const encoder = new TextEncoder();
  const texts = details.map(({ row, text }) => ({ row, bytes: encoder.encode(text) }));
  const data = new Uint8Array(texts.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let end = 0;
  let next = 0;
  for (let i = 0; i < rows; i++) {
    const text = texts[next];
    if (text?.row === i) {
      data.set(text.bytes, end);
      end += text.bytes.length;
      nullBitmap[i >> 3] = (nullBitmap[i >> 3] as number) | (1 << (i & 7));
      next++;
    }
    valueOffsets[i + 1] = end;
  }
  return { nullCount: rows - next, nullBitmap, valueOffsets, data };
}

function readRecords(records: RecordBatch, what: string, { columns: names, metrics }: SampleLayout): SampleBlock {
  const columns = new RecordColumns(records, what);
  const ofRequests = names.filter((name) => columnOf(name).group !== 'usage');
  return {
    ...blankBlock(records.numRows),
    ...Object.fromEntries(ofRequests.map((name) => [name, columns.column(name)])),
    ...columns.usage(names),
    ...(metrics.length === 0 ? {} : { metrics: metrics.map((name) => columns.numbers(ownMetricColumn(name))) }),
  };
}

/** The part of a typed array that reading needs. */
interface Values<Self> extends ArrayLike<number> {
  subarray(begin: number, end: number): Self;
}

/** Columns by name, checked: a log comes from outside. Every access throws `UserError` when it is not as written by us. */
class RecordColumns {
  readonly #records: RecordBatch;
  readonly #what: string;

  constructor(records: RecordBatch, what: string) {
    this.#records = records;
    this.#what = what;
  }

  values<Column extends Values<Column>>(name: string, Type: new (length: number) => Column): Column {
    const rows = this.#records.numRows;
    const values: unknown = this.#data(name).values;
    if (!(values instanceof Type) || values.length < rows) throw this.#foreign(name);
    return values.subarray(0, rows); // buffers are padded
  }

  /** As a block holds it. */
  column(name: SampleColumnName): SampleBlock[Exclude<SampleColumnName, UsageName>] {
    const { log, kind, words = [] } = columnOf(name);
    if (kind === 'number') return this.numbers(log);
    if (kind === 'word') return this.codes(log, words);
    if (kind === 'text') return this.details();
    return kind === 'worker' ? (this.values(log, Uint16Array)[0] ?? 0) : this.values(log, Uint32Array);
  }

  numbers(name: string): Float64Array {
    return withNaN(this.values(name, Float64Array), this.#data(name));
  }

  /** The file's dictionary may hold the words in another order than this version does. */
  codes(name: string, known: readonly string[]): Uint8Array {
    const words = this.#data(name).dictionary?.toArray() as unknown;
    const codeOf = Array.isArray(words) ? words.map((word: unknown) => known.findIndex((one) => one === word)) : [];
    return Uint8Array.from(this.values(name, Int8Array), (index) => {
      const code = codeOf[index] ?? -1;
      if (code < 0) throw this.#foreign(name);
      return code;
    });
  }

  details(): SampleBlock['details'] {
    const column = this.#records.getChild('detail');
    if (column === null) throw this.#foreign('detail');
    if (column.nullCount === column.length) return [];
    const details: { row: number; text: string }[] = [];
    for (let row = 0; row < this.#records.numRows; row++) {
      const text: unknown = column.get(row);
      if (typeof text === 'string') details.push({ row, text: printable(text) });
    }
    return details;
  }

  /** Absent where no row has any. */
  usage(names: readonly SampleColumnName[]): Pick<SampleBlock, 'usage'> {
    const { numRows } = this.#records;
    const used = USAGE_NAMES.filter((name) => names.includes(name));
    if (used.every((name) => this.#data(columnOf(name).log).nullCount === numRows)) return {};
    const usage = usageOf((name) =>
      used.includes(name) ? this.numbers(columnOf(name).log) : new Float64Array(numRows).fill(NaN),
    );
    return { usage };
  }

  #data(name: string): Data {
    const data: Data | undefined = this.#records.getChild(name)?.data[0];
    if (data === undefined) throw this.#foreign(name);
    return data;
  }

  #foreign(column: string): UserError {
    const why = `column ${column} is missing or of another kind`;
    return new UserError(`${this.#what} holds no samples (${why}); give a samples.arrows that replay wrote`);
  }
}

/** Nulls become NaN again; whatever the file holds in their places. */
function withNaN(values: Float64Array, { nullCount, nullBitmap, offset }: Data): Float64Array {
  if (nullCount === 0 || nullBitmap.length === 0) return values;
  const out = values.slice();
  for (let i = 0; i < out.length; i++) {
    const bit = offset + i;
    if ((((nullBitmap[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 0) out[i] = NaN;
  }
  return out;
}
