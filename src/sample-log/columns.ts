import { COLD_STARTS, OUTCOMES } from '../outcome-words.js';

/** One column of the samples: everything that the program needs to know of it. */
export interface Column {
  /** Its name in the sample log and in exports. */
  readonly log: string;
  /**
   * How its values are held in a block, and written: `index` Uint32Array, uint32; `number` Float64Array, float64, NaN and null where
   * unknown; `word` Uint8Array of codes, a dictionary of `words`; `worker` one number for the block, uint16; `text` the details
   * of failures, text.
   */
  readonly kind: 'index' | 'number' | 'word' | 'worker' | 'text';
  /** Of `word`: the texts, by code. At most 127. */
  readonly words?: readonly string[];
  readonly unit?: 'ms' | 'MB' | 'bytes';
  /** The revision of this table that added it, from 1: older logs have no such column. Only a column of revision 1 is in every log. */
  readonly since: number;
  /**
   * Absent: the log of every run has it. `declared`: only where the backend declares it (`BackendPlugin.columns`). `payloads`: where
   * there are several. `batches`: where requests are sent in batches.
   */
  readonly written?: 'declared' | 'payloads' | 'batches';
  /** `usage`: what an invocation used, by this name in `Outcome.usage`. Absent: a column of the request. */
  readonly group?: 'usage';
  /** Whether the report shows it among the metrics of the backend's own: no other section does. */
  readonly shown?: true;
  /** For the docs. */
  readonly meaning: string;
}

/**
 * Every column of the samples, a row each, in the order of the log. The type of a block, its memory and transfer, the schema of the
 * log and of all older ones, readers, exports and the table in docs/sample-log.md follow from it. To add one: a row with the next
 * `since`, and where it is measured. Never change the order of those that are there.
 */
// prettier-ignore
export const SAMPLE_COLUMNS = {
  /** 0-based index in the trace. */
  seq: { log: 'seq', kind: 'index', since: 1, meaning: '0-based index of the request in the trace' },
  dueMs: { log: 'due_ms', kind: 'number', unit: 'ms', since: 1, meaning: 'when the trace wants it sent' },
  /** = due; later for a request that waited for its batch. */
  releaseMs: { log: 'release_ms', kind: 'number', unit: 'ms', since: 1, meaning: 'the same; later for a request that waited for its batch' },
  /** When the loop gave it to the backend, or decided to shed it. */
  handedMs: { log: 'handed_ms', kind: 'number', unit: 'ms', since: 1, meaning: 'when it was given to the backend, or shed; null when a crash came before' },
  sentMs: { log: 'sent_ms', kind: 'number', unit: 'ms', since: 1, meaning: 'first byte written to an established connection; null when not seen' },
  doneMs: { log: 'done_ms', kind: 'number', unit: 'ms', since: 1, meaning: 'last byte of the answer read, or when the request was given up' },
  doneEarliestMs: { log: 'done_earliest_ms', kind: 'number', unit: 'ms', since: 1, meaning: 'the earliest moment at which that byte can have arrived' },
  handshakeMs: { log: 'handshake_ms', kind: 'number', unit: 'ms', since: 1, meaning: "length of time spent opening this request's own connection; null when it reused one" },
  serverMs: { log: 'server_ms', kind: 'number', unit: 'ms', since: 1, meaning: 'processing time as reported by the service' },
  /** Index into OUTCOMES. */
  outcome: { log: 'outcome', kind: 'word', words: OUTCOMES, since: 1, meaning: '`ok`, or the kind of failure' },
  /** Index into COLD_STARTS. */
  coldStart: { log: 'cold_start', kind: 'word', words: COLD_STARTS, since: 1, meaning: '`unknown`, `warm` or `cold`, as reported by the service' },
  /** Index of the worker thread that sent these. */
  worker: { log: 'worker', kind: 'worker', since: 1, meaning: 'index of the worker thread' },
  /** Texts of failures, printable and bounded; `row` ascending. */
  details: { log: 'detail', kind: 'text', since: 1, meaning: 'what a failure said; null when there is nothing to say' },

  /** Handler time. */
  durationMs: { log: 'duration_ms', kind: 'number', unit: 'ms', since: 2, written: 'declared', group: 'usage', meaning: 'time in the handler' },
  /** The time that the bill counts, rounded by the service; it may or may not contain init. */
  billedMs: { log: 'billed_ms', kind: 'number', unit: 'ms', since: 2, written: 'declared', group: 'usage', meaning: 'the time that the bill counts, rounded by the service; it may contain init' },
  /** Time to make a new environment. */
  initMs: { log: 'init_ms', kind: 'number', unit: 'ms', since: 2, written: 'declared', group: 'usage', meaning: 'time to make a new environment' },
  /** Time to restore an environment from a snapshot. */
  restoreMs: { log: 'restore_ms', kind: 'number', unit: 'ms', since: 2, written: 'declared', group: 'usage', meaning: 'time to restore an environment from a snapshot' },
  /** Configured. */
  memoryMb: { log: 'memory_mb', kind: 'number', unit: 'MB', since: 2, written: 'declared', group: 'usage', meaning: 'memory configured' },
  /** Used at most. */
  maxMemoryMb: { log: 'max_memory_mb', kind: 'number', unit: 'MB', since: 2, written: 'declared', group: 'usage', shown: true, meaning: 'memory used at most' },
  requestBytes: { log: 'request_bytes', kind: 'number', unit: 'bytes', since: 2, written: 'declared', group: 'usage', shown: true, meaning: 'size of the request as the service counts it' },
  answerBytes: { log: 'answer_bytes', kind: 'number', unit: 'bytes', since: 2, written: 'declared', group: 'usage', shown: true, meaning: 'size of the answer as the service counts it' },
  /** The first stage of a cold start as the function timed them, each from the end of the one before: its process up to its first line. */
  containerMs: { log: 'container_ms', kind: 'number', unit: 'ms', since: 3, written: 'declared', group: 'usage', meaning: '[stage of a cold start](functions.md) as the function timed it: its process up to its first line' },
  importMs: { log: 'import_ms', kind: 'number', unit: 'ms', since: 3, written: 'declared', group: 'usage', meaning: 'the next stage: importing the library' },
  downloadMs: { log: 'download_ms', kind: 'number', unit: 'ms', since: 3, written: 'declared', group: 'usage', meaning: "the next stage: the model's download" },
  loadMs: { log: 'load_ms', kind: 'number', unit: 'ms', since: 3, written: 'declared', group: 'usage', meaning: "the next stage: the model's load" },
  firstInferenceMs: { log: 'first_inference_ms', kind: 'number', unit: 'ms', since: 3, written: 'declared', group: 'usage', meaning: 'the last stage: the first inference' },
  /** CPU time that the handler used, of all its threads. */
  cpuMs: { log: 'cpu_ms', kind: 'number', unit: 'ms', since: 4, written: 'declared', group: 'usage', shown: true, meaning: 'CPU time that the handler used, all threads, as it reported' },

  /** Index of what was sent, in the payload table. Absent: it is not known, or there is one for all. */
  payload: { log: 'payload', kind: 'index', since: 5, written: 'payloads', meaning: 'index of what was sent, in the payload table of the trace or in what `--payload` gave' },
  /** The invocation that carried it: the `seq` of its oldest request. Absent: each request was an invocation of its own. */
  invocation: { log: 'invocation', kind: 'index', since: 2, written: 'batches', meaning: 'the `seq` of the oldest request that the same call carried; rows where the two are equal are the invocations' },
} as const satisfies Readonly<Record<string, Column>>;

export type SampleColumns = typeof SAMPLE_COLUMNS;
export type SampleColumnName = keyof SampleColumns;

/** Columns whose row in the table is of this shape. */
type Where<Shape> = { [Name in SampleColumnName]: SampleColumns[Name] extends Shape ? Name : never }[SampleColumnName];

/** What an invocation used. */
export type UsageName = Where<{ readonly group: 'usage' }>;
/** Columns that a log has only where the backend declares them. */
export type DeclaredName = Where<{ readonly written: 'declared' }>;
/** Columns of a request that blocks may be without. */
export type OptionalName = Where<{ readonly written: 'payloads' | 'batches' }>;
export type NumberName = Where<{ readonly kind: 'number' }>;
export type WordName = Where<{ readonly kind: 'word' }>;
/** Times that a backend measures, not the loop. */
export type OutcomeTimeName = Exclude<NumberName, UsageName | 'dueMs' | 'releaseMs' | 'handedMs'>;
/** Columns that the recorder fills for each request, views of one buffer. */
export type RecordedName = Exclude<Where<{ readonly kind: 'index' | 'number' | 'word' }>, UsageName | 'invocation'>;

/** The columns in the order of the log. */
export const COLUMN_NAMES = Object.keys(SAMPLE_COLUMNS) as SampleColumnName[];

export function columnOf(name: SampleColumnName): Column {
  return SAMPLE_COLUMNS[name];
}

export const USAGE_NAMES = COLUMN_NAMES.filter((name): name is UsageName => columnOf(name).group === 'usage');

export const DECLARED_NAMES = COLUMN_NAMES.filter(
  (name): name is DeclaredName => columnOf(name).written === 'declared',
);

/** Those of declared columns that the report shows among the metrics of the backend's own. */
export function shownNames(declared: readonly DeclaredName[]): readonly DeclaredName[] {
  return declared.filter((name) => columnOf(name).shown === true);
}

/** Wide ones first, so that every view of the one buffer is aligned. */
export const RECORDED_NAMES = (['number', 'index', 'word'] as const).flatMap((kind) =>
  COLUMN_NAMES.filter((name): name is RecordedName => columnOf(name).kind === kind && isRecorded(name)),
);

function isRecorded(name: SampleColumnName): boolean {
  const { group, written } = columnOf(name);
  return group !== 'usage' && written !== 'batches';
}

/** The columns of one log. */
export interface SampleLayout {
  readonly columns: readonly SampleColumnName[];
  /** Names of the metrics of the backend's own: the last columns. */
  readonly metrics: readonly string[];
}

/** What the columns of a log depend on. Absent: none, no. */
export interface Written {
  /** Columns that the backend declares. */
  readonly declared?: readonly DeclaredName[];
  /** Whether there are several payloads. */
  readonly payloads?: boolean;
  /** Whether requests are sent in batches. */
  readonly batched?: boolean;
  readonly metrics?: readonly string[];
}

export function layoutOf({ declared = [], payloads = false, batched = false, metrics = [] }: Written): SampleLayout {
  const isWritten = (name: SampleColumnName): boolean => {
    const { written } = columnOf(name);
    if (written === 'declared') return (declared as readonly string[]).includes(name);
    return written === undefined || (written === 'payloads' ? payloads : batched);
  };
  return { columns: COLUMN_NAMES.filter(isWritten), metrics };
}

/** The layout of a log, this version's or an older one's, with columns of these names in it; all of revision 1 there must be. */
export function layoutNaming(isNamed: (log: string) => boolean, metrics: readonly string[]): SampleLayout {
  const isIn = (name: SampleColumnName): boolean => {
    const { log, since, written } = columnOf(name);
    return (since === 1 && written === undefined) || isNamed(log);
  };
  return { columns: COLUMN_NAMES.filter(isIn), metrics };
}

/** The column of a metric of the backend's own; behind all others. */
export function ownMetricColumn(name: string): string {
  return `metric_${name}`;
}
