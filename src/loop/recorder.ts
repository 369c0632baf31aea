import { printable } from '../errors.js';
import {
  BLOCK_ROWS,
  COLD_STARTS,
  outcomeCode,
  USAGE_NAMES,
  type Outcome,
  type SampleBlock,
  type Usage,
  type UsageColumns,
} from '../sample.js';

/** Writes samples into columns and hands over each full block. */
export interface Recorder {
  /** `invocation`: that which carried it together with others. */
  record(sample: Sent, outcome: Outcome, invocation?: Released): void;
  /** Hands over what there is, if anything. */
  flush(): void;
}

/** What the loop itself knows of a request. */
export interface Sent {
  readonly seq: number;
  readonly dueMs: number;
  readonly handedMs: number;
  readonly payload: number;
}

/** A batch of requests as an invocation. */
export interface Released {
  readonly releaseMs: number;
  /** The `seq` of its oldest request. */
  readonly invocation: number;
}

const FLOAT_COLUMNS = 8;
const BYTES_PER_ROW = FLOAT_COLUMNS * 8 + 4 + 4 + 1 + 1;

/**
 * `emit` owns each block it is given; all its columns are views of `buffersOf` it, which may be transferred. `recycledBuffers`:
 * memory of earlier blocks, which is taken for others. `metricNames`: what the plugin declares, a column for each.
 */
export function createRecorder(
  worker: number,
  emit: (block: SampleBlock) => void,
  recycledBuffers: ArrayBuffer[] = [],
  metricNames: readonly string[] = [],
): Recorder {
  return new ColumnRecorder(worker, emit, recycledBuffers, metricNames);
}

class ColumnRecorder implements Recorder {
  readonly #worker: number;
  readonly #emit: (block: SampleBlock) => void;
  readonly #recycledBuffers: ArrayBuffer[];
  #columns = columnsOf(BLOCK_ROWS);
  /** Made for the first row that has some: most services tell none, and then there is nothing to pay. */
  #usage: UsageColumns | undefined;
  /** Made for the first row that has some. */
  #metrics: Float64Array[] | undefined;
  readonly #metricNames: readonly string[];
  /** Made for the first row of a batch. */
  #invocations: Uint32Array | undefined;
  #details: { row: number; text: string }[] = [];
  #rows = 0;

  constructor(
    worker: number,
    emit: (block: SampleBlock) => void,
    recycledBuffers: ArrayBuffer[],
    metricNames: readonly string[],
  ) {
    this.#worker = worker;
    this.#emit = emit;
    this.#recycledBuffers = recycledBuffers;
    this.#metricNames = metricNames;
  }

  flush(): void {
    const rows = this.#rows;
    if (rows === 0) return;
    const full = rows > BLOCK_ROWS / 2 ? this.#columns : copyOf(this.#columns, rows);
    if (full === this.#columns) this.#columns = columnsOf(BLOCK_ROWS, this.#recycledBuffers.pop());
    const used = this.#usage === undefined ? {} : { usage: cutTo(rows, this.#usage) };
    const carried = this.#invocations === undefined ? {} : { invocation: this.#invocations.slice(0, rows) };
    const own = this.#metrics === undefined ? {} : { metrics: metricsCutTo(rows, this.#metrics) };
    const block = { rows, worker: this.#worker, ...full, ...carried, ...used, ...own, details: this.#details };
    this.#rows = 0;
    this.#usage = undefined;
    this.#metrics = undefined;
    this.#details = [];
    this.#emit(block);
  }

  record({ seq, dueMs, handedMs, payload }: Sent, outcome: Outcome, invocation?: Released): void {
    const row = this.#rows++;
    const columns = this.#columns;
    columns.seq[row] = seq;
    columns.payload[row] = payload;
    columns.dueMs[row] = dueMs;
    columns.releaseMs[row] = invocation === undefined ? dueMs : invocation.releaseMs;
    columns.handedMs[row] = handedMs;
    columns.sentMs[row] = outcome.sentMs ?? NaN;
    columns.doneMs[row] = outcome.doneMs ?? NaN;
    columns.doneEarliestMs[row] = outcome.doneEarliestMs ?? NaN;
    columns.handshakeMs[row] = outcome.handshakeMs ?? NaN;
    columns.serverMs[row] = outcome.serverMs ?? NaN;
    columns.outcome[row] = outcome.ok ? 0 : outcomeCode(outcome.failure);
    columns.coldStart[row] = outcome.coldStart === undefined ? 0 : Math.max(0, COLD_STARTS.indexOf(outcome.coldStart));
    if (invocation !== undefined) (this.#invocations ??= new Uint32Array(BLOCK_ROWS))[row] = invocation.invocation;
    if (outcome.usage !== undefined) write((this.#usage ??= usageColumnsOf(BLOCK_ROWS)), row, outcome.usage);
    if (outcome.metrics !== undefined) this.#recordMetrics(row, outcome.metrics);
    if (!outcome.ok && outcome.detail !== '') this.#details.push({ row, text: printable(outcome.detail) });
    if (this.#rows === BLOCK_ROWS) this.flush();
  }

  /** What the plugin did not declare has no column. */
  #recordMetrics(row: number, metrics: Readonly<Record<string, number>> | null): void {
    const names = this.#metricNames;
    if (names.length === 0 || metrics === null) return;
    const columns = (this.#metrics ??= metricColumnsOf(names.length, BLOCK_ROWS));
    for (let i = 0; i < names.length; i++) (columns[i] as Float64Array)[row] = quantity(metrics[names[i] as string]);
  }
}

type Columns = Required<Omit<SampleBlock, 'rows' | 'worker' | 'invocation' | 'usage' | 'metrics' | 'details'>>;

/** One buffer: the wide columns first, so that every view is aligned. */
function columnsOf(capacity: number, buffer = new ArrayBuffer(capacity * BYTES_PER_ROW)): Columns {
  const floats = (column: number): Float64Array => new Float64Array(buffer, column * capacity * 8, capacity);
  const narrow = FLOAT_COLUMNS * 8 * capacity;
  return {
    dueMs: floats(0),
    releaseMs: floats(1),
    handedMs: floats(2),
    sentMs: floats(3),
    doneMs: floats(4),
    doneEarliestMs: floats(5),
    handshakeMs: floats(6),
    serverMs: floats(7),
    seq: new Uint32Array(buffer, narrow, capacity),
    payload: new Uint32Array(buffer, narrow + 4 * capacity, capacity),
    outcome: new Uint8Array(buffer, narrow + 8 * capacity, capacity),
    coldStart: new Uint8Array(buffer, narrow + 9 * capacity, capacity),
  };
}

/** A small block crosses in a small buffer. */
function copyOf(columns: Columns, rows: number): Columns {
  const copy = columnsOf(rows);
  for (const name of Object.keys(copy) as (keyof Columns)[]) copy[name].set(columns[name].subarray(0, rows));
  return copy;
}

function usageColumnsOf(capacity: number): UsageColumns {
  const all = new Float64Array(USAGE_NAMES.length * capacity).fill(NaN);
  const columns = USAGE_NAMES.map((name, i) => [name, all.subarray(i * capacity, (i + 1) * capacity)] as const);
  return Object.fromEntries(columns) as Record<keyof UsageColumns, Float64Array>;
}

/** Name by name: a loop over names costs several times as much. */
function write(columns: UsageColumns, row: number, usage: Usage | null): void {
  if (usage === null) return;
  columns.durationMs[row] = quantity(usage.durationMs);
  columns.billedMs[row] = quantity(usage.billedMs);
  columns.initMs[row] = quantity(usage.initMs);
  columns.restoreMs[row] = quantity(usage.restoreMs);
  columns.memoryMb[row] = quantity(usage.memoryMb);
  columns.maxMemoryMb[row] = quantity(usage.maxMemoryMb);
  columns.requestBytes[row] = quantity(usage.requestBytes);
  columns.answerBytes[row] = quantity(usage.answerBytes);
  columns.containerMs[row] = quantity(usage.containerMs);
  columns.importMs[row] = quantity(usage.importMs);
  columns.downloadMs[row] = quantity(usage.downloadMs);
  columns.loadMs[row] = quantity(usage.loadMs);
  columns.firstInferenceMs[row] = quantity(usage.firstInferenceMs);
  columns.cpuMs[row] = quantity(usage.cpuMs);
}

/** A plugin's usage comes from outside: what is no quantity is not known. Sums stay whole up to 2^53. */
function quantity(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value < Number.MAX_SAFE_INTEGER ? value : NaN;
}

function metricColumnsOf(count: number, capacity: number): Float64Array[] {
  const all = new Float64Array(count * capacity).fill(NaN);
  return Array.from({ length: count }, (_, i) => all.subarray(i * capacity, (i + 1) * capacity));
}

function metricsCutTo(rows: number, metrics: Float64Array[]): Float64Array[] {
  if (rows > BLOCK_ROWS / 2) return metrics;
  const cut = metricColumnsOf(metrics.length, rows);
  for (const [i, column] of cut.entries()) column.set((metrics[i] as Float64Array).subarray(0, rows));
  return cut;
}

function cutTo(rows: number, usage: UsageColumns): UsageColumns {
  if (rows > BLOCK_ROWS / 2) return usage;
  const cut = usageColumnsOf(rows);
  for (const name of USAGE_NAMES) cut[name].set(usage[name].subarray(0, rows));
  return cut;
}
