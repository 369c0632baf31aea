import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import type { ArrivalChunk, ArrivalStore } from '../trace.js';
import { extendSpool, openSpool, readSpool, writeSpool } from './spool-file.js';

/** Rows of every chunk of `readArrivals` but the last. */
export const ARRIVAL_CHUNK = 4096;

/** A spool file is a row of blocks: 4096 float64 times, then 4096 uint32 payload indexes, each in the machine's byte order. */
const TIMES_BYTES = ARRIVAL_CHUNK * 8;
const BLOCK_BYTES = ARRIVAL_CHUNK * 12;

/** What the hash of a trace is made of: float64 time and uint32 payload index, little-endian. */
const RECORD_BYTES = 12;

export interface ArrivalStoreWriter {
  /** Adds one arrival: `atMs` finite, at least 0 and not below the one before; `payload` a uint32. */
  append(atMs: number, payload: number): void;
  /** Adds many at once, copying them; without `payload` all indexes are 0. */
  appendChunk(atMs: Float64Array, payload?: Uint32Array): void;
  /** Ends writing. From now on the store is the caller's to close. */
  finish(): StoredArrivals;
  /** Gives everything back; harmless after `finish` or a second time. */
  discard(): void;
}

export interface StoredArrivals {
  readonly store: ArrivalStore;
  /** As `Trace.sha256`. */
  readonly sha256: string;
  /** The last arrival, ms; 0 when there is none. */
  readonly lastMs: number;
  readonly count: number;
}

export interface ArrivalStoreOptions {
  /** Folder of the spool file, which is unlinked as soon as it is open: no end of the process leaves it behind. */
  readonly spoolDir: string;
  /** Up to this many arrivals stay in shared memory, 12 bytes each. */
  readonly memoryLimit?: number;
}

/**
 * Collects sorted arrivals into a store. Throws `UserError` when the spool file cannot be written (a full disk), and
 * `RangeError` for arrivals that are not sorted, finite and at least 0: a reader of outside data checks them first.
 */
export function arrivalStoreWriter({ spoolDir, memoryLimit = 4_000_000 }: ArrivalStoreOptions): ArrivalStoreWriter {
  return new BlockWriter(spoolDir, memoryLimit);
}

/** The arrivals in order, as often as wanted, from any thread; memory in use stays below 100 kB where they lie in a file. */
export function readArrivals(store: ArrivalStore): Iterable<ArrivalChunk> {
  return { [Symbol.iterator]: () => (store.kind === 'memory' ? memoryChunks(store) : fileChunks(store)) };
}

/** Closes the spool files, if there are any, those of the columns too; once, when no thread reads them any more. */
export function closeArrivals(store: ArrivalStore): void {
  if (store.kind === 'file') closeSync(store.fd);
  if (store.columns?.bytes.kind === 'file') closeSync(store.columns.bytes.fd);
}

interface Block {
  readonly atMs: Float64Array<ArrayBuffer>;
  readonly payload: Uint32Array<ArrayBuffer>;
}

class BlockWriter implements ArrivalStoreWriter {
  readonly #spoolDir: string;
  readonly #memoryLimit: number;
  readonly #hash = createHash('sha256');
  readonly #records = new DataView(new ArrayBuffer(ARRIVAL_CHUNK * RECORD_BYTES));
  #full: Block[] = [];
  #block = emptyBlock();
  #rows = 0;
  #stored = 0;
  #lastMs = 0;
  #hasPayload = false;
  #spool: number | undefined;

  constructor(spoolDir: string, memoryLimit: number) {
    this.#spoolDir = spoolDir;
    this.#memoryLimit = memoryLimit;
  }

  append(atMs: number, payload: number): void {
    this.#block.atMs[this.#rows] = atMs;
    this.#block.payload[this.#rows] = payload;
    this.#rows++;
    if (this.#rows === ARRIVAL_CHUNK) this.#store();
  }

  appendChunk(atMs: Float64Array, payload?: Uint32Array): void {
    for (let from = 0; from < atMs.length;) {
      const to = Math.min(atMs.length, from + ARRIVAL_CHUNK - this.#rows);
      this.#block.atMs.set(atMs.subarray(from, to), this.#rows);
      if (payload === undefined) this.#block.payload.fill(0, this.#rows, this.#rows + to - from);
      else this.#block.payload.set(payload.subarray(from, to), this.#rows);
      this.#rows += to - from;
      from = to;
      if (this.#rows === ARRIVAL_CHUNK) this.#store();
    }
  }

  finish(): StoredArrivals {
    this.#store();
    const store = this.#spool === undefined ? this.#inMemory() : this.#inFile(this.#spool);
    this.#full = [];
    this.#spool = undefined;
    return { store, sha256: this.#hash.digest('hex'), lastMs: this.#lastMs, count: this.#stored };
  }

  discard(): void {
    this.#full = [];
    if (this.#spool !== undefined) closeSync(this.#spool);
    this.#spool = undefined;
  }

  /** Checks, hashes and puts away the rows of the present block. */
  #store(): void {
    if (this.#rows === 0) return;
    this.#take();
    if (this.#spool === undefined && this.#stored + this.#rows > this.#memoryLimit) this.#moveToSpool();
    if (this.#spool === undefined) {
      this.#full.push(this.#block);
      this.#block = emptyBlock();
    } else {
      writeBlock(this.#spool, this.#stored, this.#block, this.#rows);
    }
    this.#stored += this.#rows;
    this.#rows = 0;
  }

  #take(): void {
    const { atMs, payload } = this.#block;
    for (let i = 0; i < this.#rows; i++) {
      const at = (atMs[i] as number) + 0; // -0 would hash unlike 0
      if (!(at >= this.#lastMs && at < Infinity))
        throw new RangeError(`arrival ${String(this.#stored + i)} at ${String(at)} ms is out of order`);
      this.#lastMs = at;
      atMs[i] = at;
      this.#hasPayload ||= payload[i] !== 0;
      this.#records.setFloat64(i * RECORD_BYTES, at, true);
      this.#records.setUint32(i * RECORD_BYTES + 8, payload[i] as number, true);
    }
    this.#hash.update(new Uint8Array(this.#records.buffer, 0, this.#rows * RECORD_BYTES));
  }

  #moveToSpool(): void {
    this.#spool = openSpool(this.#spoolDir);
    for (const [i, block] of this.#full.entries()) writeBlock(this.#spool, i * ARRIVAL_CHUNK, block, ARRIVAL_CHUNK);
    this.#full = [];
  }

  #inMemory(): ArrivalStore {
    const atMs = new Float64Array(new SharedArrayBuffer(this.#stored * 8));
    const payload = this.#hasPayload ? new Uint32Array(new SharedArrayBuffer(this.#stored * 4)) : undefined;
    for (const [i, block] of this.#full.entries()) {
      const rows = Math.min(ARRIVAL_CHUNK, this.#stored - i * ARRIVAL_CHUNK);
      atMs.set(block.atMs.subarray(0, rows), i * ARRIVAL_CHUNK);
      payload?.set(block.payload.subarray(0, rows), i * ARRIVAL_CHUNK);
    }
    return { kind: 'memory', count: this.#stored, atMs, ...(payload === undefined ? {} : { payload }) };
  }

  #inFile(fd: number): ArrivalStore {
    return { kind: 'file', count: this.#stored, fd, hasPayload: this.#hasPayload };
  }
}

function emptyBlock(): Block {
  return { atMs: new Float64Array(ARRIVAL_CHUNK), payload: new Uint32Array(ARRIVAL_CHUNK) };
}

/** Indexes that are all 0 are left as a hole of the file, which reads as 0. */
function writeBlock(fd: number, first: number, { atMs, payload }: Block, rows: number): void {
  const position = (first / ARRIVAL_CHUNK) * BLOCK_BYTES;
  writeSpool(fd, new Uint8Array(atMs.buffer, 0, rows * 8), position);
  const hasIndexes = payload.subarray(0, rows).some((index) => index !== 0);
  if (hasIndexes) writeSpool(fd, new Uint8Array(payload.buffer, 0, rows * 4), position + TIMES_BYTES);
  else extendSpool(fd, position + BLOCK_BYTES);
}

function* memoryChunks(store: ArrivalStore & { kind: 'memory' }): Generator<ArrivalChunk> {
  for (let from = 0; from < store.count; from += ARRIVAL_CHUNK) {
    const to = Math.min(store.count, from + ARRIVAL_CHUNK);
    const atMs = store.atMs.subarray(from, to);
    yield store.payload === undefined ? { atMs } : { atMs, payload: store.payload.subarray(from, to) };
  }
}

function* fileChunks(store: ArrivalStore & { kind: 'file' }): Generator<ArrivalChunk> {
  for (let from = 0; from < store.count; from += ARRIVAL_CHUNK) {
    const rows = Math.min(ARRIVAL_CHUNK, store.count - from);
    const position = (from / ARRIVAL_CHUNK) * BLOCK_BYTES;
    const atMs = new Float64Array(readSpool(store.fd, rows * 8, position));
    if (!store.hasPayload) yield { atMs };
    else yield { atMs, payload: new Uint32Array(readSpool(store.fd, rows * 4, position + TIMES_BYTES)) };
  }
}
