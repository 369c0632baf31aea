import { blankBlock, type SampleBlock } from '../sample.js';
import { MESSAGE, PREFIX_BYTES, RECORD_BATCH } from './arrow-messages.js';
import { isNumber, numbersOf, valuesOf } from '../column-values.js';
import { columnOf, type SampleLayout } from './columns.js';
import { FlatTable } from './flat-table.js';
import { bitmapBytes, markPresent } from './null-bitmap.js';
import { withSealRoom } from './sample-seal.js';
import { createSampleTable, textColumn, type Arrow } from './sample-table.js';

/** Makes the bytes of a sample log. */
export interface SampleEncoder {
  /** What a log starts with: the schema, and the words of its columns. */
  readonly start: Uint8Array;
  /** A record batch, not sealed yet. Copies: the block may be used again. `room(bytes)` returns memory of that size, at the start of a buffer. */
  encode(block: SampleBlock, room: (bytes: number) => Uint8Array): Uint8Array;
}

/**
 * Record batches of one schema differ in their numbers only, so the head of each is that which Arrow's own writer makes of
 * one row, with other numbers, and room for a seal behind it. They are equal to its own byte for byte; it takes 0.5 ms for
 * each, on a CPU that a worker may want.
 */
export function createSampleEncoder(arrow: Arrow, layout: SampleLayout): SampleEncoder {
  const table = createSampleTable(arrow, layout);
  const bytes = arrow.RecordBatchStreamWriter.writeAll([table.toRecords(blankBlock(1))]).toUint8Array(true);
  const oneRow = split(bytes).at(-1) as Message;
  const head = headOf(withSealRoom(bytes.subarray(oneRow.from, oneRow.bodyFrom)));
  const most = mostBytes(layout);
  return {
    start: bytes.slice(0, oneRow.from),
    encode(block, room) {
      const { rows, details, metrics } = block;
      const text = textColumn(details, rows);
      const body = new Body(head, rows, room(head.bytes.length + most(rows, text.data.length)));
      for (const name of layout.columns) {
        if (name === 'details') body.text(text);
        else if (isNumber(name)) body.nullable(numbersOf(block, name));
        else body.values(valuesOf(block, name));
      }
      for (let i = 0; i < layout.metrics.length; i++) body.nullable(metrics?.[i]);
      return body.finish();
    },
  };
}

/** Where a message and its parts lie, bytes. */
interface Message {
  readonly from: number;
  readonly bodyFrom: number;
  readonly to: number;
}

function split(bytes: Uint8Array): readonly Message[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: Message[] = [];
  for (let from = 0; ;) {
    const metadataBytes = view.getInt32(from + 4, true);
    if (metadataBytes === 0) return messages;
    const bodyFrom = from + PREFIX_BYTES + metadataBytes;
    const metadata = FlatTable.root(bytes.subarray(from + PREFIX_BYTES, bodyFrom));
    const to = bodyFrom + metadata.int64(MESSAGE.bodyLength);
    messages.push({ from, bodyFrom, to });
    from = to;
  }
}

/** All of a record batch before its body, and where the numbers are that differ. */
interface Head {
  readonly bytes: Uint8Array;
  readonly rowsAt: number;
  readonly bodyLengthAt: number;
  readonly nodesAt: number;
  readonly buffersAt: number;
}

function headOf(bytes: Uint8Array): Head {
  const message = FlatTable.root(bytes.subarray(PREFIX_BYTES));
  const batch = message.table(MESSAGE.header);
  const position = (at: number | null | undefined): number => {
    if (at === null || at === undefined) throw new Error('a record batch of Arrow without its usual fields');
    return PREFIX_BYTES + at;
  };
  return {
    bytes,
    rowsAt: position(batch?.find(RECORD_BATCH.length)),
    bodyLengthAt: position(message.find(MESSAGE.bodyLength)),
    nodesAt: position(batch?.findVector(RECORD_BATCH.nodes)),
    buffersAt: position(batch?.findVector(RECORD_BATCH.buffers)),
  };
}

/** Bytes of a value: of a text, of its offset. */
const BYTES = { index: 4, number: 8, word: 1, worker: 2, text: 4 } as const;

/** Bytes of a body that has all bitmaps. */
function mostBytes({ columns, metrics }: SampleLayout): (rows: number, textBytes: number) => number {
  const kinds = [...columns.map((name) => columnOf(name).kind), ...metrics.map(() => 'number' as const)];
  const bitmaps = kinds.filter((kind) => kind === 'number' || kind === 'text').length;
  const bytes = kinds.reduce((sum, kind) => sum + BYTES[kind], 0);
  const padding = 8 * (2 * kinds.length + 1);
  return (rows, textBytes) => bitmaps * bitmapBytes(rows) + bytes * rows + textBytes + padding;
}

type Column = Uint32Array | Uint16Array | Uint8Array | Int32Array | Float64Array;

/** One message as it grows, column by column. Numbers fit into 32 bits; their upper halves are 0 in the head. */
class Body {
  readonly #head: Head;
  readonly #rows: number;
  readonly #piece: Uint8Array;
  readonly #view: DataView;
  #at: number;
  #nodes = 0;
  #buffers = 0;

  constructor(head: Head, rows: number, piece: Uint8Array) {
    this.#head = head;
    this.#rows = rows;
    this.#piece = piece;
    this.#view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
    this.#at = head.bytes.length;
    piece.set(head.bytes);
    this.#view.setUint32(head.rowsAt, rows, true);
  }

  values(column: Column): void {
    this.#node(0);
    this.#buffer(0);
    this.#put(column, this.#rows);
  }

  /** Absent: nothing is known. */
  nullable(column: Float64Array | undefined): void {
    const bitmap = this.#bitmap();
    const nulls = this.#rows - (column === undefined ? 0 : markPresent(column, this.#rows, bitmap));
    this.#node(nulls);
    this.#buffer(nulls === 0 ? 0 : bitmap.length);
    if (column === undefined) this.#zeros(8 * this.#rows);
    else this.#put(column, this.#rows);
  }

  text({ nullCount, nullBitmap, valueOffsets, data }: ReturnType<typeof textColumn>): void {
    this.#node(nullCount);
    if (nullCount === 0 || nullBitmap === undefined) this.#buffer(0);
    else this.#put(nullBitmap, nullBitmap.length);
    this.#put(valueOffsets, valueOffsets.length);
    this.#put(data, data.length);
  }

  finish(): Uint8Array {
    this.#view.setUint32(this.#head.bodyLengthAt, this.#at - this.#head.bytes.length, true);
    return this.#piece.subarray(0, this.#at);
  }

  #node(nulls: number): void {
    const at = this.#head.nodesAt + 16 * this.#nodes++;
    this.#view.setUint32(at, this.#rows, true);
    this.#view.setUint32(at + 8, nulls, true);
  }

  /** This many bytes from here on are the next buffer, padded to 8 with zeros. */
  #buffer(bytes: number): void {
    const padded = (bytes + 7) & ~7;
    const at = this.#head.buffersAt + 16 * this.#buffers++;
    this.#view.setUint32(at, this.#at - this.#head.bytes.length, true);
    this.#view.setUint32(at + 8, padded, true);
    this.#piece.fill(0, this.#at + bytes, this.#at + padded);
    this.#at += padded;
  }

  /** Room for one where the next buffer begins, cleared: the memory had another use before. */
  #bitmap(): Uint8Array {
    return this.#piece.subarray(this.#at, this.#at + bitmapBytes(this.#rows)).fill(0);
  }

  #put(column: Column, length: number): void {
    const Type = column.constructor as new (buffer: ArrayBufferLike, at: number, length: number) => Column;
    new Type(this.#piece.buffer, this.#piece.byteOffset + this.#at, length).set(column.subarray(0, length));
    this.#buffer(length * column.BYTES_PER_ELEMENT);
  }

  #zeros(bytes: number): void {
    this.#piece.fill(0, this.#at, this.#at + bytes);
    this.#buffer(bytes);
  }
}
