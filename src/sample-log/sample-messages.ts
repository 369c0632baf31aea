import { counted } from '../text/counted.js';
import type { FileHandle } from 'node:fs/promises';
import type { WrittenSamples } from '../run.js';
import { BLOCK_ROWS } from '../sample.js';
import { DICTIONARY_BATCH, HEADER_TYPE, MESSAGE, PREFIX_BYTES, RECORD_BATCH } from './arrow-messages.js';
import { FlatTable } from './flat-table.js';
import { Contradiction, type SampleCheck } from './sample-check.js';
import { SealChain } from './sample-seal.js';

const MOST_METADATA_BYTES = 2 ** 16;
const MOST_BODY_BYTES = 64 * 2 ** 20;

/** One that our writer makes. */
export interface KnownSchema {
  /** The first message of the file. */
  readonly message: Uint8Array;
  /** How many columns it has. */
  readonly columns: number;
}

/**
 * Cuts an Arrow stream into whole messages, so that a tail that was cut off is seen here and not by the decoder, and
 * lets pass only what our writer makes: a damaged length could otherwise keep the decoder busy for hours. With `check`, only
 * what the run wrote: of a run that was killed the blocks whose checksums hold, else all of it or none.
 */
export class SampleMessages {
  truncated = true;
  /** Something was left out: the run was killed, and a checksum or a length is wrong. */
  damaged = false;
  /** Which of the schemas the file starts with. */
  schema = 0;
  #at = 0;
  readonly #file: FileHandle;
  readonly #size: number;
  readonly #schemas: readonly KnownSchema[];
  readonly #check: SampleCheck | undefined;

  constructor(file: FileHandle, size: number, schemas: readonly KnownSchema[], check?: SampleCheck) {
    this.#file = file;
    this.#size = size;
    this.#schemas = schemas;
    this.#check = check;
  }

  /** Ends at the end mark, or, truncated, where the file does. Throws at anything else. */
  read(): AsyncGenerator<Uint8Array, void, undefined> {
    return this.#check === undefined ? this.#messages() : this.#checked(this.#check);
  }

  async *#checked({ key, written }: SampleCheck): AsyncGenerator<Uint8Array, void, undefined> {
    if (written !== undefined && written.bytes !== this.#size)
      throw new Contradiction(`it has ${counted(this.#size, 'byte')}, ${String(written.bytes)} were written`);
    let start: Uint8Array = new Uint8Array(0);
    let seals: SealChain | undefined;
    let rows = 0;
    for await (const message of written === undefined ? this.#soundMessages() : this.#messages()) {
      if (!isRecordBatch(message)) {
        if (seals !== undefined) this.#wrong(written, 'words stand between its samples');
        else {
          start = Buffer.concat([start, message]);
          yield message;
        }
        continue;
      }
      seals ??= new SealChain(key, start);
      if (seals.holds(message)) {
        rows += rowsOf(message);
        yield message;
      } else this.#wrong(written, `the checksum of the block before byte ${String(this.#at)} is wrong`);
    }
    const last = (seals ?? new SealChain(key, start)).checksum;
    if (written !== undefined && (rows !== written.rows || last !== written.checksum || this.#at !== this.#size))
      throw new Contradiction(
        `it has ${counted(rows, 'row')}, ${String(written.rows)} were written, or its end is another`,
      );
    if (this.#at !== this.#size && !this.truncated) this.damaged = true;
  }

  #wrong(written: WrittenSamples | undefined, why: string): void {
    if (written !== undefined) throw new Contradiction(why);
    this.damaged = true;
  }

  /** Up to the first one that is none. Throws where the file does not even start as a log. */
  async *#soundMessages(): AsyncGenerator<Uint8Array, void, undefined> {
    const messages = this.#messages();
    let begun = false;
    for (;;) {
      const next = await messages.next().catch((thrown: unknown) => {
        if (!begun) throw thrown;
        this.damaged = true;
      });
      if (next === undefined || next.done === true) return;
      begun = true;
      yield next.value;
    }
  }

  async *#messages(): AsyncGenerator<Uint8Array, void, undefined> {
    yield await this.#readSchema();
    const shape = samplesShape(this.#schemas[this.schema]?.columns ?? 0);
    for (;;) {
      const prefix = await this.#take(PREFIX_BYTES);
      if (prefix === null) return;
      const metadataBytes = metadataBytesOf(prefix);
      if (metadataBytes === 0) {
        this.truncated = false;
        return;
      }
      const metadata = await this.#take(metadataBytes);
      if (metadata === null) return;
      const body = await this.#take(checkedBodyBytes(metadata, shape));
      if (body === null) return;
      yield Buffer.concat([prefix, metadata, body]);
    }
  }

  async #readSchema(): Promise<Uint8Array> {
    for (const [index, known] of this.#schemas.entries()) {
      const found = await this.#take(known.message.length);
      if (found?.equals(known.message) === true) {
        this.schema = index;
        return found;
      }
      this.#at = 0;
    }
    throw new Error('it does not start with the columns of a sample log');
  }

  /** The next bytes; null when the file ends before. */
  async #take(bytes: number): Promise<Buffer | null> {
    if (this.#at + bytes > this.#size) return null;
    const buffer = Buffer.alloc(bytes);
    for (let done = 0; done < bytes;) {
      const { bytesRead } = await this.#file.read(buffer, done, bytes - done, this.#at + done);
      if (bytesRead === 0) return null;
      done += bytesRead;
    }
    this.#at += bytes;
    return buffer;
  }
}

function headerOf(message: Uint8Array): FlatTable {
  return FlatTable.root(message.subarray(PREFIX_BYTES));
}

function isRecordBatch(message: Uint8Array): boolean {
  return headerOf(message).byte(MESSAGE.headerType) === HEADER_TYPE.recordBatch;
}

function rowsOf(message: Uint8Array): number {
  return headerOf(message).table(MESSAGE.header)?.int64(RECORD_BATCH.length) ?? 0;
}

function metadataBytesOf(prefix: Buffer): number {
  const bytes = prefix.readInt32LE(4);
  if (prefix.readInt32LE(0) !== -1 || bytes < 0 || bytes > MOST_METADATA_BYTES)
    throw new Error('a message has no head');
  return bytes;
}

/** Each column has validity and values, one text has offsets besides; a dictionary is one text column. */
const samplesShape = (columns: number): Shape => ({ nodes: columns, buffers: 2 * columns + 1, mostRows: BLOCK_ROWS });
const WORDS_SHAPE = { nodes: 1, buffers: 3, mostRows: 127 } as const;

type Shape = Readonly<Record<keyof typeof WORDS_SHAPE, number>>;

function checkedBodyBytes(metadata: Buffer, samples: Shape): number {
  const message = FlatTable.root(metadata);
  const type = message.byte(MESSAGE.headerType);
  const header = message.table(MESSAGE.header);
  const isWords = type === HEADER_TYPE.dictionaryBatch;
  const data = isWords ? header?.table(DICTIONARY_BATCH.data) : header;
  const whole = isWords ? header?.byte(DICTIONARY_BATCH.isDelta) === 0 : type === HEADER_TYPE.recordBatch;
  const bodyBytes = message.int64(MESSAGE.bodyLength);
  const sound =
    whole &&
    hasShape(data, isWords ? WORDS_SHAPE : samples) &&
    message.lengthOf(MESSAGE.customMetadata) === 0 &&
    bodyBytes >= 0 &&
    bodyBytes <= MOST_BODY_BYTES;
  if (!sound) throw new Error('a message is none that holds samples');
  return bodyBytes;
}

function hasShape(batch: FlatTable | null | undefined, shape: Shape): boolean {
  if (batch === null || batch === undefined) return false;
  const rows = batch.int64(RECORD_BATCH.length);
  return (
    rows >= 0 &&
    rows <= shape.mostRows &&
    batch.lengthOf(RECORD_BATCH.nodes) === shape.nodes &&
    nodesHold(batch, shape.nodes, rows) &&
    batch.lengthOf(RECORD_BATCH.buffers) === shape.buffers &&
    batch.table(RECORD_BATCH.compression) === null &&
    batch.lengthOf(RECORD_BATCH.variadicBufferCounts) === 0
  );
}

/** A node is a column's count of values and of nulls, int64 both. */
function nodesHold(batch: FlatTable, nodes: number, rows: number): boolean {
  for (let node = 0; node < nodes; node++) {
    const nulls = batch.int64In(RECORD_BATCH.nodes, 16 * node + 8);
    if (batch.int64In(RECORD_BATCH.nodes, 16 * node) !== rows || nulls < 0 || nulls > rows) return false;
  }
  return true;
}
