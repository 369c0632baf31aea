import { MS_COLUMNS } from './sample-columns.js';
import type { SampleBlock } from '../sample.js';
import { MESSAGE, PREFIX_BYTES, RECORD_BATCH } from './arrow-messages.js';
import { FlatTable } from './flat-table.js';
import { bitmapBytes, markPresent } from './null-bitmap.js';
import { withSealRoom } from './sample-seal.js';
import { createSampleTable, textColumn, type Arrow, type MoreColumns } from './sample-table.js';

/** Makes the bytes of a sample log. */
export interface SampleEncoder {
  /** What a log starts with: the schema, and the words of its columns. */
  readonly start: Uint8Array;
  /** A record batch, not sealed yet. Copies: the block may be used again. `room` gives memory for so many bytes, at the start of a buffer. */
  encode(block: SampleBlock, room: (bytes: number) => Uint8Array): Uint8Array;
}

/**
 * Record batches of one schema differ in their numbers only, so the head of each is that which Arrow's own writer makes of
 * one row, with other numbers, and room for a seal behind it. They are equal to its own byte for byte; it takes 0.5 ms for
 * each, on a CPU that a worker may want.
 */
export function createSampleEncoder(arrow: Arrow, more: MoreColumns): SampleEncoder {
  const table = createSampleTable(arrow, more);
  const bytes = arrow.RecordBatchStreamWriter.writeAll([table.toRecords(ONE_ROW)]).toUint8Array(true);
  const oneRow = split(bytes).at(-1) as Message;
  const head = headOf(withSealRoom(bytes.subarray(oneRow.from, oneRow.bodyFrom)));
  return {
    start: bytes.slice(0, oneRow.from),
    encode(block, room) {
      const { rows, details, usage, metrics, seq, payload, invocation = seq } = block;
      const text = textColumn(details, rows);
      const body = new Body(head, rows, room(head.bytes.length + mostBytes(rows, more, text.data.length)));
      body.values(seq);
      for (const column of MS) body.nullable(block[column]);
      body.values(block.outcome);
      body.values(block.coldStart);
      body.values(new Uint16Array(rows).fill(block.worker));
      body.text(text);
      for (const column of more.usage) body.nullable(usage?.[column]);
      if (more.payloads) body.values(payload ?? new Uint32Array(rows));
      if (more.batched) body.values(invocation);
      for (let i = 0; i < more.metrics.length; i++) body.nullable(metrics?.[i]);
      return body.finish();
    },
  };
}

const MS = Object.values(MS_COLUMNS);

const MISSING = Float64Array.of(NaN);
/** Codes are bytes below 128 in the samples and in the file. */
const NO_CODE = new Uint8Array(1);
const ONE_ROW: SampleBlock = {
  rows: 1,
  worker: 0,
  seq: new Uint32Array(1),
  dueMs: MISSING,
  releaseMs: MISSING,
  handedMs: MISSING,
  sentMs: MISSING,
  doneMs: MISSING,
  doneEarliestMs: MISSING,
  handshakeMs: MISSING,
  serverMs: MISSING,
  outcome: NO_CODE,
  coldStart: NO_CODE,
  details: [],
};

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

/** Bytes of a body that has all bitmaps. */
function mostBytes(rows: number, { usage, payloads, batched, metrics }: MoreColumns, textBytes: number): number {
  const nullable = MS.length + usage.length + metrics.length;
  const more = (payloads ? 1 : 0) + (batched ? 1 : 0);
  const narrow = (1 + more) * 4 + 1 + 1 + 2;
  const columns = nullable + 5 + more;
  const padding = 8 * (2 * columns + 1);
  return (nullable + 1) * bitmapBytes(rows) + (nullable * 8 + narrow + 4) * rows + textBytes + padding;
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

  /** So many bytes from here on are the next buffer, padded to 8 with zeros. */
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
