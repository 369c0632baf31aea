import { closeSync } from 'node:fs';
import type { ColumnSpec, ColumnType, TraceColumns } from '../trace.js';
import { ARRIVAL_CHUNK } from '../trace-file/arrival-store.js';
import { decodeBlock, encodeBlock } from '../trace-file/column-block.js';
import { blockBytes, ColumnBytes } from '../trace-file/column-bytes.js';
import { ChunkBuilder, type SortedChunk } from './chunk-builder.js';
import { ColumnBuffer } from './column-buffer.js';
import { stableOrder } from './stable-order.js';

export type { SortedChunk } from './chunk-builder.js';

/** Rows that are sorted together in memory. Larger: fewer runs to merge; smaller: less memory. */
const SORTED_ROWS = 1 << 18;
/** What is sorted stays in memory up to this; more goes to a spool file. */
const MEMORY_BYTES = 64 << 20;

export interface SortedArrivals {
  readonly count: number;
  /** The smallest and the largest key; NaN where there is no arrival. */
  readonly firstKey: number;
  readonly lastKey: number;
  /** In order; equal keys in the order in which they came. As often as wanted. */
  chunks(): Iterable<SortedChunk>;
  close(): void;
}

/** At most ARRIVAL_CHUNK sorted rows among the spooled bytes: where the keys and each column lie. */
interface Piece {
  readonly rows: number;
  readonly first: number;
  readonly last: number;
  /** From and to of the keys, then of each column. */
  readonly spans: readonly number[];
}

/** Sorts any number of arrivals in flat memory: sorted blocks in a spool file that vanishes with the process, merged as they are read. */
export class ArrivalSorter {
  /** The values of the arrival that comes next: set them at `row`. */
  readonly columns: readonly ColumnBuffer[];
  readonly #types: readonly ColumnType[];
  readonly #bytes: ColumnBytes;
  readonly #keys = new Float64Array(SORTED_ROWS);
  readonly #runs: Piece[][] = [];
  #count = 0;
  row = 0;

  constructor(columns: readonly ColumnSpec[], spoolDir: string, memoryBytes = MEMORY_BYTES) {
    this.#types = columns.map(({ type }) => type);
    this.columns = this.#types.map((type) => new ColumnBuffer(type, SORTED_ROWS));
    this.#bytes = new ColumnBytes(spoolDir, memoryBytes);
  }

  append(key: number): void {
    this.#keys[this.row] = key;
    if (++this.row === SORTED_ROWS) this.#flush();
  }

  /** Ends adding; what comes back is the caller's to close. */
  finish(): SortedArrivals {
    this.#flush();
    const stored: Stored = { bytes: this.#bytes.finish(), types: this.#types };
    const runs = this.#runs;
    const keys = runs.flatMap((run) => [run[0]?.first ?? NaN, run.at(-1)?.last ?? NaN]);
    return {
      count: this.#count,
      firstKey: keys.reduce((least, key) => Math.min(least, key), keys.length === 0 ? NaN : Infinity),
      lastKey: keys.reduce((most, key) => Math.max(most, key), keys.length === 0 ? NaN : -Infinity),
      chunks: () => merged(runs, stored),
      close() {
        if (stored.bytes.kind === 'file') closeSync(stored.bytes.fd);
      },
    };
  }

  discard(): void {
    this.#bytes.discard();
  }

  #flush(): void {
    const rows = this.row;
    if (rows === 0) return;
    const order = stableOrder(this.#keys, rows);
    for (let from = 0; from < rows; from += ARRIVAL_CHUNK)
      this.#store(order, from, Math.min(rows, from + ARRIVAL_CHUNK));
    for (const column of this.columns) column.clear();
    this.#count += rows;
    this.row = 0;
  }

  #store(order: Uint32Array, from: number, to: number): void {
    const keys = new Float64Array(to - from);
    for (let i = from; i < to; i++) keys[i - from] = this.#keys[order[i] as number] as number;
    const spans = [...this.#bytes.add(new Uint8Array(keys.buffer))];
    for (const column of this.columns)
      spans.push(...this.#bytes.add(encodeBlock(column.piece(order, from, to), to - from)));
    const piece = { rows: to - from, first: keys[0] as number, last: keys[keys.length - 1] as number, spans };
    const run = this.#runs.at(-1);
    if (run !== undefined && piece.first >= (run.at(-1)?.last ?? NaN)) run.push(piece);
    else this.#runs.push([piece]);
  }
}

interface Stored {
  readonly bytes: TraceColumns['bytes'];
  readonly types: readonly ColumnType[];
}

function read({ spans, rows }: Piece, { bytes, types }: Stored): SortedChunk {
  const [from = 0, to = 0] = spans;
  const keys = blockBytes(bytes, from, to);
  return {
    keys: new Float64Array(keys.buffer, keys.byteOffset, rows),
    columns: types.map((type, i) => decodeBlock(blockBytes(bytes, spans[2 * i + 2] ?? 0, spans[2 * i + 3] ?? 0), type)),
  };
}

function* merged(runs: readonly (readonly Piece[])[], stored: Stored): Generator<SortedChunk> {
  if (runs.length === 1) {
    for (const piece of runs[0] ?? []) yield read(piece, stored);
    return;
  }
  const builder = new ChunkBuilder(stored.types);
  const heap = new RunHeap(runs.map((pieces, run) => new RunCursor(pieces, run, stored)));
  for (let top = heap.top(); top !== undefined; top = heap.top()) {
    const full = builder.add(top.key, top.columns, top.row);
    if (full !== undefined) yield full;
    heap.advance();
  }
  const rest = builder.take();
  if (rest !== undefined) yield rest;
}

/** Reads one run, a piece at a time. */
class RunCursor {
  readonly #pieces: readonly Piece[];
  readonly #stored: Stored;
  /** Runs in the order of the source, so that equal keys stay in it. */
  readonly run: number;
  #next = 0;
  #chunk: SortedChunk = { keys: new Float64Array(0), columns: [] };
  row = -1;
  key = NaN;

  constructor(pieces: readonly Piece[], run: number, stored: Stored) {
    this.#pieces = pieces;
    this.#stored = stored;
    this.run = run;
    this.advance();
  }

  get columns(): SortedChunk['columns'] {
    return this.#chunk.columns;
  }

  /** False: the run has ended. */
  advance(): boolean {
    if (++this.row === this.#chunk.keys.length) {
      const piece = this.#pieces[this.#next++];
      if (piece === undefined) return false;
      this.#chunk = read(piece, this.#stored);
      this.row = 0;
    }
    this.key = this.#chunk.keys[this.row] as number;
    return true;
  }
}

/** The run with the smallest key on top. */
class RunHeap {
  readonly #heap: RunCursor[];

  constructor(runs: RunCursor[]) {
    this.#heap = runs;
    for (let i = (runs.length >> 1) - 1; i >= 0; i--) this.#sink(i);
  }

  top(): RunCursor | undefined {
    return this.#heap[0];
  }

  advance(): void {
    const top = this.#heap[0];
    if (top === undefined) return;
    if (!top.advance()) {
      const last = this.#heap.pop();
      if (last === undefined || this.#heap.length === 0) return;
      this.#heap[0] = last;
    }
    this.#sink(0);
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const moved = heap[from] as RunCursor;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && precedes(heap[child + 1] as RunCursor, heap[child] as RunCursor)) child++;
      if (!precedes(heap[child] as RunCursor, moved)) break;
      heap[at] = heap[child] as RunCursor;
      at = child;
    }
    heap[at] = moved;
  }
}

function precedes(a: RunCursor, b: RunCursor): boolean {
  return a.key < b.key || (a.key === b.key && a.run < b.run);
}
