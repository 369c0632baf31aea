import type { Schema } from 'apache-arrow';
import { open, type FileHandle } from 'node:fs/promises';
import { diskTrouble } from '../host/disk-trouble.js';
import { messageOf, printable, UserError } from '../errors.js';
import type { SampleLogRecord, WrittenSamples } from '../run.js';
import type { SampleBlock } from '../sample.js';
import { layoutNaming, layoutOf, type SampleLayout, type Written } from './columns.js';
import { createSampleEncoder } from './sample-encoder.js';
import { checkOf, Contradiction } from './sample-check.js';
import { SampleMessages } from './sample-messages.js';
import { SealChain } from './sample-seal.js';
import { createSampleTable, type Arrow, type SampleTable } from './sample-table.js';

/** The samples of a run on disk, written as they come: an Arrow IPC stream, a record batch for each sample block. */
export interface SampleLog {
  /** Queues a block for writing; it must not change any more. After a failure it does nothing. */
  write(block: SampleBlock): void;
  /** Bytes queued and not yet taken by the system. */
  readonly pending: number;
  /** Resolves when everything queued so far is written, or writing has failed. */
  drained(): Promise<void>;
  /** Why writing stopped; what was written before it stays whole. */
  readonly failure: UserError | undefined;
  /** Ends the stream, when everything queued is written. Throws the failure. */
  close(): Promise<void>;
  /** What the file holds; final after `close`. */
  readonly written: WrittenSamples;
}

export interface WriteOptions extends Written {
  /** What its checksums start from. Empty unless given. */
  readonly key?: string;
}

export interface ReadOptions {
  /** Called first, with the columns that the log has. */
  readonly onLayout?: (layout: SampleLayout) => void;
  /** What the run said of its log; absent, or of a version that wrote no checksums: a flipped bit in a number is not seen. */
  readonly record?: SampleLogRecord;
  /**
   * Called at the end. Truncated: the end mark is missing, since the writer was killed or its disk was full. Damaged: blocks
   * of a run that was killed were left out, for their checksums are wrong.
   */
  readonly onEnd?: (end: { readonly truncated: boolean; readonly damaged: boolean }) => void;
}

const MOST_ROOMS = 4;

/** A disk that falls this far behind will not catch up; memory would be next. */
const MOST_PENDING_BYTES = 256 * 2 ** 20;

/** Makes or empties the file and writes the schema. Throws `UserError` when it cannot. */
export async function openSampleLog(path: string, { key = '', ...written }: WriteOptions = {}): Promise<SampleLog> {
  const arrow = await import('apache-arrow');
  const encoder = createSampleEncoder(arrow, layoutOf(written));
  const file = await open(path, 'w').catch((thrown: unknown) => {
    throw asUserError(path, thrown);
  });
  const seals = new SealChain(key, encoder.start);
  let handedRows = 0;
  const log = new FileLog(path, file, seals.checksum);
  log.append(encoder.start);
  await log.idle();
  if (log.failure !== undefined) {
    await log.close();
    throw log.failure;
  }
  return {
    write(block) {
      handedRows += block.rows;
      if (log.failure !== undefined || block.rows === 0) return;
      const piece = encoder.encode(block, log.room);
      seals.seal(piece);
      log.append(piece, { rows: block.rows, checksum: seals.checksum });
    },
    get written() {
      return { ...log.written, lostRows: handedRows - log.written.rows };
    },
    get pending() {
      return log.pending;
    },
    drained: () => log.idle(),
    get failure() {
      return log.failure;
    },
    async close() {
      log.append(END_MARK);
      await log.close();
      if (log.failure !== undefined) throw log.failure;
    },
  };
}

/** What Arrow ends a stream with: a message of no length. */
const END_MARK = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0);

/** What Arrow's own writer begins a stream with. */
function schemaMessage(arrow: Arrow, schema: Schema): Uint8Array {
  const writer = new arrow.RecordBatchStreamWriter();
  writer.reset(undefined, schema);
  return writer.finish().toUint8Array(true).subarray(0, -END_MARK.length);
}

/** What a piece holds, where it is a record batch. */
type Block = Pick<WrittenSamples, 'rows' | 'checksum'>;

/** Appends whole pieces in order; a piece that does not fit is cut off again. */
class FileLog {
  pending = 0;
  failure: UserError | undefined;
  written: Omit<WrittenSamples, 'lostRows'>;
  /** The disk refused a piece: those queued behind it would leave a hole. */
  #refused = false;
  #last: Promise<void> = Promise.resolve();
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #rooms: ArrayBuffer[] = [];

  /** `checksum`: of a log without blocks. */
  constructor(path: string, file: FileHandle, checksum: number) {
    this.#path = path;
    this.#file = file;
    this.written = { rows: 0, bytes: 0, checksum };
  }

  /** For one piece, until that is written: fresh memory for each would be garbage by the megabyte. */
  readonly room = (bytes: number): Uint8Array => {
    const last = this.#rooms.pop();
    return new Uint8Array(last !== undefined && last.byteLength >= bytes ? last : new ArrayBuffer(bytes), 0, bytes);
  };

  append(piece: Uint8Array, block?: Block): void {
    if (this.failure !== undefined) return;
    if (this.pending > MOST_PENDING_BYTES) {
      this.failure = new UserError(
        `the sample log ${printable(this.#path)}: the disk is too slow for this rate; name a faster one with --out`,
      );
      return;
    }
    this.pending += piece.length;
    this.#last = this.#last.then(() => this.#write(piece, block));
  }

  idle(): Promise<void> {
    return this.#last;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#file.close().catch((thrown: unknown) => {
      this.failure ??= asUserError(this.#path, thrown);
    });
  }

  async #write(piece: Uint8Array, block: Block | undefined): Promise<void> {
    try {
      if (!this.#refused) await this.#writeWhole(piece, block);
    } catch (thrown) {
      this.#refused = true;
      this.failure ??= asUserError(this.#path, thrown);
      await this.#file.truncate(this.written.bytes).catch(() => undefined);
    }
    this.pending -= piece.length;
    if (this.#rooms.length < MOST_ROOMS) this.#rooms.push(piece.buffer as ArrayBuffer);
  }

  /** A write may take a part only, as the last one before a full disk does. */
  async #writeWhole(piece: Uint8Array, block: Block | undefined): Promise<void> {
    const { rows, bytes, checksum } = this.written;
    for (let done = 0; done < piece.length;) {
      const { bytesWritten } = await this.#file.write(piece, done, piece.length - done, bytes + done);
      done += bytesWritten;
    }
    this.written = {
      rows: rows + (block?.rows ?? 0),
      bytes: bytes + piece.length,
      checksum: block?.checksum ?? checksum,
    };
  }
}

/** Whatever a disk answers, the user must look at the disk. */
function asUserError(path: string, thrown: unknown): UserError {
  const trouble = diskTrouble(thrown, 'name another folder with --out') ?? `${messageOf(thrown)}; check the disk`;
  return new UserError(`the sample log ${printable(path)}: ${trouble}`);
}

/** A schema of all columns there can be is below this. */
const MOST_SCHEMA_BYTES = 65_536;

/**
 * The layouts that a log can have: that of the names in its schema message. They are looked for as text: a damaged schema makes
 * a decoder allocate without bound, and which schema it is, its bytes decide.
 */
async function layoutsOf(file: FileHandle): Promise<SampleLayout[]> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_SCHEMA_BYTES), 0, MOST_SCHEMA_BYTES, 0);
  if (bytesRead < END_MARK.length) return [];
  const schema = buffer.toString('latin1', 0, Math.min(bytesRead, END_MARK.length + buffer.readUInt32LE(4)));
  const names = [...new Set([...schema.matchAll(OWN_METRIC_COLUMN)].map(([, name = '']) => name))];
  const metrics = names.length > MOST_OWN_METRICS ? [] : names;
  // A schema is written from its end: its names stand in the order of its columns, or the other way round.
  const orders = metrics.length < 2 ? [metrics] : [metrics, metrics.toReversed()];
  return orders.map((order) => layoutNaming((log) => schema.includes(`\0${log}\0`), order));
}

/** As strings stand in the schema: with a 0 behind them. */
const OWN_METRIC_COLUMN = /metric_([A-Za-z][A-Za-z0-9]{0,31})\0/g;
const MOST_OWN_METRICS = 16;

/**
 * The blocks of a log, in the order of the file, one at a time. Ends cleanly where the file of a run that was killed was
 * cut off (see `onEnd`); throws `UserError` when it cannot be read, is damaged, contradicts `record`, or is something else.
 */
export async function* readSampleLog(
  path: string,
  { record, onLayout, onEnd }: ReadOptions = {},
): AsyncGenerator<SampleBlock, void, undefined> {
  const arrow = await import('apache-arrow');
  const what = `the sample log ${printable(path)}`;
  const file = await open(path, 'r').catch((thrown: unknown) => {
    throw asUserError(path, thrown);
  });
  try {
    const layouts = await layoutsOf(file);
    const tables = layouts.map((layout) => createSampleTable(arrow, layout));
    const schemas = tables.map(({ schema }) => ({
      message: schemaMessage(arrow, schema),
      columns: schema.fields.length,
    }));
    const messages = new SampleMessages(file, (await file.stat()).size, schemas, checkOf(record));
    const reader = await arrow.RecordBatchReader.from(messages.read());
    await reader.open();
    onLayout?.(layouts[messages.schema] as SampleLayout);
    for await (const records of reader) {
      const table = tables[messages.schema] as SampleTable;
      const block = table.toSamples(records, what);
      if (block.rows > 0) yield block; // the reader makes up an empty one where a stream has none
    }
    onEnd?.({ truncated: messages.truncated, damaged: messages.damaged });
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    if (thrown instanceof Contradiction)
      throw new UserError(`${what} does not fit the run.json beside it (${thrown.message}); restore both from a copy`);
    throw new UserError(
      `${what} is damaged or no sample log (${messageOf(thrown)}); give a samples.arrows that replay wrote`,
    );
  } finally {
    await file.close();
  }
}
