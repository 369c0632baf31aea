import type { Data, RecordBatch } from 'apache-arrow';
import type * as ArrowModule from 'apache-arrow';
import { printable, UserError } from '../errors.js';
import { bitmapBytes, markPresent } from './null-bitmap.js';
import { MS_COLUMNS, ownMetricColumn, USAGE_COLUMNS } from './sample-columns.js';
import { COLD_STARTS, OUTCOMES, STAGE_NAMES, USAGE_NAMES, type SampleBlock, type UsageColumns } from '../sample.js';

export type Arrow = typeof ArrowModule;

/** Turns sample blocks into record batches of one schema, and back. */
export interface SampleTable {
  /** No column is copied: the record batch shares the buffers of the samples. */
  toRecords(block: SampleBlock): RecordBatch;
  /** Throws `UserError` when these are not samples. `what` names them in the message. */
  toSamples(records: RecordBatch, what: string): SampleBlock;
  readonly schema: ArrowModule.Schema;
}

const MS_NAMES = Object.keys(MS_COLUMNS) as (keyof typeof MS_COLUMNS)[];

type UsageNames = readonly (keyof UsageColumns)[];

const before = (name: keyof UsageColumns): UsageNames => USAGE_NAMES.slice(0, USAGE_NAMES.indexOf(name));

/** The usage that a log has columns for: none, that of versions that knew no stages, or no CPU time, or all. */
export const USAGE_LAYOUTS: readonly UsageNames[] = [[], before(STAGE_NAMES[0]), before('cpuMs'), USAGE_NAMES];

/** Which columns there are besides the usual. */
export interface MoreColumns {
  /** One of `USAGE_LAYOUTS`. */
  readonly usage: UsageNames;
  /** Whether there are several payloads: `payload`, behind the usage. */
  readonly payloads: boolean;
  /** Whether requests went in batches: `invocation`, behind the payload. */
  readonly batched: boolean;
  /** Names of the metrics of the backend's own: the last columns. */
  readonly metrics: readonly string[];
}

/** The library takes 140 ms to load, so it is handed in by whoever needs it. */
export function createSampleTable(arrow: Arrow, more: MoreColumns): SampleTable {
  const { makeData } = arrow;
  const text = new arrow.Utf8();
  const words = { outcome: wordColumn(arrow, 0, OUTCOMES), coldStart: wordColumn(arrow, 1, COLD_STARTS) };
  const schema = sampleSchema(arrow, words.outcome.type, words.coldStart.type, more);
  const struct = new arrow.Struct(schema.fields);
  return {
    schema,
    toRecords(block) {
      const length = block.rows;
      const children: Data[] = [
        makeData({ type: new arrow.Uint32(), length, nullCount: 0, data: block.seq.subarray(0, length) }),
        ...MS_NAMES.map((name) => msData(arrow, block[MS_COLUMNS[name]], length)),
        words.outcome.toData(block.outcome, length),
        words.coldStart.toData(block.coldStart, length),
        makeData({ type: new arrow.Uint16(), length, nullCount: 0, data: new Uint16Array(length).fill(block.worker) }),
        makeData({ type: text, length, ...textColumn(block.details, length) }),
        ...usageData(arrow, more.usage, block.usage, length),
        ...(more.payloads ? [payloadData(arrow, block, length)] : []),
        ...(more.batched ? [invocationData(arrow, block, length)] : []),
        ...more.metrics.map((_, i) => msOrNone(arrow, block.metrics?.[i], length)),
      ];
      return new arrow.RecordBatch(schema, makeData({ type: struct, length, nullCount: 0, children }));
    },
    toSamples: (records, what) => readRecords(records, what, more),
  };
}

function sampleSchema(arrow: Arrow, outcome: WordType, coldStart: WordType, more: MoreColumns): ArrowModule.Schema {
  const { Field, Float64, Schema, Uint16, Uint32, Utf8 } = arrow;
  const fields = [
    new Field('seq', new Uint32(), false),
    ...MS_NAMES.map((name) => new Field(name, new Float64(), true)),
    new Field('outcome', outcome, false),
    new Field('cold_start', coldStart, false),
    new Field('worker', new Uint16(), false),
    new Field('detail', new Utf8(), true),
    ...more.usage.map((name) => new Field(USAGE_COLUMNS[name], new Float64(), true)),
    ...(more.payloads ? [new Field('payload', new Uint32(), false)] : []),
    ...(more.batched ? [new Field('invocation', new Uint32(), false)] : []),
    ...more.metrics.map((name) => new Field(ownMetricColumn(name), new Float64(), true)),
  ];
  return new Schema(fields, new Map([['replay.samples', '1']]));
}

type WordType = ArrowModule.Dictionary<ArrowModule.Utf8, ArrowModule.Int8>;

interface WordColumn {
  readonly type: WordType;
  toData(codes: Uint8Array, rows: number): Data;
}

/** One dictionary for all record batches: the writer sees that it is the same and writes it once. Codes stay under 128. */
function wordColumn(arrow: Arrow, id: number, known: readonly string[]): WordColumn {
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8(), id);
  const dictionary = arrow.vectorFromArray([...known], new arrow.Utf8());
  return {
    type,
    toData(codes, rows) {
      const data = new Int8Array(codes.buffer, codes.byteOffset, rows);
      return arrow.makeData({ type, length: rows, nullCount: 0, data, dictionary });
    },
  };
}

function msData(arrow: Arrow, column: Float64Array, rows: number): Data {
  const data = column.subarray(0, rows);
  return arrow.makeData({ type: new arrow.Float64(), length: rows, data, ...nullsOfNaN(column, rows) });
}

function usageData(arrow: Arrow, names: UsageNames, usage: UsageColumns | undefined, length: number): Data[] {
  return names.map((name) => msOrNone(arrow, usage?.[name], length));
}

/** Absent: nothing is known. */
function msOrNone(arrow: Arrow, column: Float64Array | undefined, length: number): Data {
  if (column !== undefined) return msData(arrow, column, length);
  const none = { data: new Float64Array(length), nullCount: length, nullBitmap: new Uint8Array(bitmapBytes(length)) };
  return arrow.makeData({ type: new arrow.Float64(), length, ...none });
}

function payloadData(arrow: Arrow, { payload }: SampleBlock, length: number): Data {
  const data = payload?.subarray(0, length) ?? new Uint32Array(length);
  return arrow.makeData({ type: new arrow.Uint32(), length, nullCount: 0, data });
}

function invocationData(arrow: Arrow, { seq, invocation = seq }: SampleBlock, length: number): Data {
  return arrow.makeData({ type: new arrow.Uint32(), length, nullCount: 0, data: invocation.subarray(0, length) });
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

function readRecords(
  records: RecordBatch,
  what: string,
  { usage, payloads, batched, metrics }: MoreColumns,
): SampleBlock {
  const columns = new RecordColumns(records, what);
  return {
    rows: records.numRows,
    worker: columns.values('worker', Uint16Array)[0] ?? 0,
    seq: columns.values('seq', Uint32Array),
    dueMs: columns.ms('due_ms'),
    releaseMs: columns.ms('release_ms'),
    handedMs: columns.ms('handed_ms'),
    sentMs: columns.ms('sent_ms'),
    doneMs: columns.ms('done_ms'),
    doneEarliestMs: columns.ms('done_earliest_ms'),
    handshakeMs: columns.ms('handshake_ms'),
    serverMs: columns.ms('server_ms'),
    outcome: columns.codes('outcome', OUTCOMES),
    coldStart: columns.codes('cold_start', COLD_STARTS),
    ...columns.usage(usage),
    ...(payloads ? { payload: columns.values('payload', Uint32Array) } : {}),
    ...(batched ? { invocation: columns.values('invocation', Uint32Array) } : {}),
    ...(metrics.length === 0 ? {} : { metrics: metrics.map((name) => columns.ms(ownMetricColumn(name))) }),
    details: columns.details(),
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

  ms(name: string): Float64Array {
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

  usage(names: UsageNames): Pick<SampleBlock, 'usage'> {
    const { numRows } = this.#records;
    const told = names.filter((name) => this.#data(USAGE_COLUMNS[name]).nullCount < numRows);
    if (told.length === 0) return {};
    const columns = USAGE_NAMES.map((name) => {
      const values = names.includes(name) ? this.ms(USAGE_COLUMNS[name]) : new Float64Array(numRows).fill(NaN);
      return [name, values] as const;
    });
    return { usage: Object.fromEntries(columns) as Record<keyof UsageColumns, Float64Array> };
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
