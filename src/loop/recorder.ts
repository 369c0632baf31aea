import { printable } from '../errors.js';
import {
  BLOCK_ROWS,
  COLD_STARTS,
  outcomeCode,
  recordedColumns,
  usageOf,
  type ColdStart,
  type DeclaredName,
  type Outcome,
  type RecordedColumns,
  type SampleBlock,
  type Usage,
  type UsageColumns,
  type UsageName,
} from '../sample.js';
import {
  DECLARED_NAMES,
  RECORDED_NAMES,
  SAMPLE_COLUMNS,
  USAGE_NAMES,
  type RecordedName,
} from '../sample-log/columns.js';

/** Writes samples into columns and hands over each full block. */
export interface Recorder {
  /** `invocation`: that which carried it together with others. */
  record(sample: Sent, outcome: Outcome, invocation?: Released): void;
  /** Hands over what there is, if anything. */
  flush(): void;
  /** Usage that outcomes had and the backend does not declare, by name: it is not kept. Looked for once in each block. */
  readonly undeclared: ReadonlySet<string>;
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

/**
 * `emit` owns each block it is given; all its columns are views of `buffersOf` it, which may be transferred. `recycledBuffers`: memory
 * of earlier blocks, which is taken for others. `metricNames`: the
 * metrics that the plugin declares, a column for each. `declared`: the columns that it declares; of the others nothing is kept, so
 * that the folds of the run and of its log see the same.
 */
export function createRecorder(
  worker: number,
  emit: (block: SampleBlock) => void,
  recycledBuffers: ArrayBuffer[] = [],
  metricNames: readonly string[] = [],
  declared: readonly DeclaredName[] = DECLARED_NAMES,
): Recorder {
  return new ColumnRecorder(worker, emit, recycledBuffers, metricNames, declared);
}

class ColumnRecorder implements Recorder {
  readonly #worker: number;
  readonly #emit: (block: SampleBlock) => void;
  readonly #recycledBuffers: ArrayBuffer[];
  #columns = recordedColumns(BLOCK_ROWS);
  /** Made for the first row that has some: most services tell none, and then there is nothing to pay. */
  #usage: UsageColumns | undefined;
  /** Made for the first row that has some. */
  #metrics: Float64Array[] | undefined;
  readonly #metricNames: readonly string[];
  /** Made for the first row of a batch. */
  #invocations: Uint32Array | undefined;
  #details: { row: number; text: string }[] = [];
  #rows = 0;
  readonly undeclared = new Set<string>();
  readonly #withheld: readonly DeclaredName[];

  constructor(
    worker: number,
    emit: (block: SampleBlock) => void,
    recycledBuffers: ArrayBuffer[],
    metricNames: readonly string[],
    declared: readonly DeclaredName[],
  ) {
    this.#worker = worker;
    this.#emit = emit;
    this.#recycledBuffers = recycledBuffers;
    this.#metricNames = metricNames;
    this.#withheld = DECLARED_NAMES.filter((name) => !declared.includes(name));
  }

  flush(): void {
    const rows = this.#rows;
    if (rows === 0) return;
    const full = rows > BLOCK_ROWS / 2 ? this.#columns : copyOf(this.#columns, rows);
    if (full === this.#columns) this.#columns = recordedColumns(BLOCK_ROWS, this.#recycledBuffers.pop());
    const used = this.#usage === undefined ? {} : { usage: cutTo(rows, this.#usage) };
    for (const name of this.#withheld) withhold(name, full, used.usage);
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
    // The compiler wants every column; V8 makes no object.
    void ({
      seq: (columns.seq[row] = seq),
      dueMs: (columns.dueMs[row] = dueMs),
      releaseMs: (columns.releaseMs[row] = invocation === undefined ? dueMs : invocation.releaseMs),
      handedMs: (columns.handedMs[row] = handedMs),
      sentMs: (columns.sentMs[row] = outcome.sentMs ?? NaN),
      doneMs: (columns.doneMs[row] = outcome.doneMs ?? NaN),
      doneEarliestMs: (columns.doneEarliestMs[row] = outcome.doneEarliestMs ?? NaN),
      handshakeMs: (columns.handshakeMs[row] = outcome.handshakeMs ?? NaN),
      serverMs: (columns.serverMs[row] = outcome.serverMs ?? NaN),
      outcome: (columns.outcome[row] = outcome.ok ? 0 : outcomeCode(outcome.failure)),
      coldStart: (columns.coldStart[row] = coldStartCode(outcome.coldStart)),
      payload: (columns.payload[row] = payload),
    } satisfies Record<RecordedName, number>);
    if (invocation !== undefined) (this.#invocations ??= new Uint32Array(BLOCK_ROWS))[row] = invocation.invocation;
    if (outcome.usage !== undefined) write((this.#usage ??= this.#usageWith(outcome.usage)), row, outcome.usage);
    if (outcome.metrics !== undefined) this.#recordMetrics(row, outcome.metrics);
    if (!outcome.ok && outcome.detail !== '') this.#details.push({ row, text: printable(outcome.detail) });
    if (this.#rows === BLOCK_ROWS) this.flush();
  }

  #usageWith(first: Usage | null): UsageColumns {
    for (const name of Object.keys(first ?? {}))
      if (!(name in SAMPLE_COLUMNS) || this.#withheld.some((one) => one === name)) this.undeclared.add(name);
    return usageColumnsOf(BLOCK_ROWS);
  }

  /** What the plugin did not declare has no column. */
  #recordMetrics(row: number, metrics: Readonly<Record<string, number>> | null): void {
    const names = this.#metricNames;
    if (names.length === 0 || metrics === null) return;
    const columns = (this.#metrics ??= metricColumnsOf(names.length, BLOCK_ROWS));
    for (let i = 0; i < names.length; i++) (columns[i] as Float64Array)[row] = quantity(metrics[names[i] as string]);
  }
}

function coldStartCode(coldStart: ColdStart | undefined): number {
  return coldStart === undefined ? 0 : Math.max(0, COLD_STARTS.indexOf(coldStart));
}

/** Nothing is kept of this column. */
function withhold(name: DeclaredName, columns: RecordedColumns, usage: UsageColumns | undefined): void {
  const numbers: Readonly<Partial<Record<DeclaredName, Float64Array>>> = { ...columns, ...usage };
  numbers[name]?.fill(NaN);
}

/** A small block crosses in a small buffer. */
function copyOf(columns: RecordedColumns, rows: number): RecordedColumns {
  const copy = recordedColumns(rows);
  for (const name of RECORDED_NAMES) copy[name].set(columns[name].subarray(0, rows));
  return copy;
}

/** Name by name: a loop over names costs several times as much. The compiler wants every column; V8 makes no object. */
function write(columns: UsageColumns, row: number, usage: Usage | null): void {
  if (usage === null) return;
  void ({
    durationMs: (columns.durationMs[row] = quantity(usage.durationMs)),
    billedMs: (columns.billedMs[row] = quantity(usage.billedMs)),
    initMs: (columns.initMs[row] = quantity(usage.initMs)),
    restoreMs: (columns.restoreMs[row] = quantity(usage.restoreMs)),
    memoryMb: (columns.memoryMb[row] = quantity(usage.memoryMb)),
    maxMemoryMb: (columns.maxMemoryMb[row] = quantity(usage.maxMemoryMb)),
    requestBytes: (columns.requestBytes[row] = quantity(usage.requestBytes)),
    answerBytes: (columns.answerBytes[row] = quantity(usage.answerBytes)),
    containerMs: (columns.containerMs[row] = quantity(usage.containerMs)),
    importMs: (columns.importMs[row] = quantity(usage.importMs)),
    downloadMs: (columns.downloadMs[row] = quantity(usage.downloadMs)),
    loadMs: (columns.loadMs[row] = quantity(usage.loadMs)),
    firstInferenceMs: (columns.firstInferenceMs[row] = quantity(usage.firstInferenceMs)),
    cpuMs: (columns.cpuMs[row] = quantity(usage.cpuMs)),
  } satisfies Record<UsageName, number>);
}

/** All columns are views of one buffer. */
function usageColumnsOf(capacity: number): UsageColumns {
  const all = new Float64Array(USAGE_NAMES.length * capacity).fill(NaN);
  return usageOf((name) => {
    const at = USAGE_NAMES.indexOf(name) * capacity;
    return all.subarray(at, at + capacity);
  });
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
