import {
  columnOf,
  RECORDED_NAMES,
  USAGE_NAMES,
  type OptionalName,
  type OutcomeTimeName,
  type RecordedName,
  type SampleColumnName,
  type SampleColumns,
  type UsageName,
} from './sample-log/columns.js';
import type { ColdStart, Failure } from './outcome-words.js';

export {
  columnOf,
  DECLARED_NAMES,
  shownNames,
  USAGE_NAMES,
  type DeclaredName,
  type NumberName,
  type SampleColumnName,
  type UsageName,
} from './sample-log/columns.js';
export { COLD_STARTS, FAILURES, OUTCOMES, outcomeCode, type ColdStart, type Failure } from './outcome-words.js';

/**
 * What became of one request. Failures are data: a backend returns them, it does not throw them.
 *
 * Times are ms on the run's clock; a backend that cannot know one leaves it out:
 * - `sentMs`: the first byte was written to an established connection (TLS done, stream granted);
 * - `doneMs`: the last byte of the answer was read, stamped before any parsing;
 * - `doneEarliestMs`: the earliest moment that byte can have arrived (a busy loop reads late);
 * - `handshakeMs`: the part of sent - handed that went into opening the connection it waited for, or into an attempt that the
 *   service gave back unprocessed (a length, not a moment).
 */
export type Outcome = (
  { readonly ok: true } | { readonly ok: false; readonly failure: Failure; readonly detail: string }
) & { readonly [Name in OutcomeTimeName]?: number } & {
  readonly coldStart?: ColdStart;
  readonly usage?: Usage;
  /** Values of the metrics that the plugin declares, by name: 0 or more each. What is not known is absent. */
  readonly metrics?: Readonly<Record<string, number>>;
};

/**
 * What one invocation used, in the service's own quantities and only as it reported them; money comes later, from a price
 * sheet. Every failed invocation that was billed has one too. What is not known is absent. Units are in the names; each is a
 * row of SAMPLE_COLUMNS, and is kept where the backend declares it.
 */
export type Usage = { readonly [Name in UsageName]?: number };

/** In their order in time, which is that of the log's columns. */
export const STAGE_NAMES = [
  'containerMs',
  'importMs',
  'downloadMs',
  'loadMs',
  'firstInferenceMs',
] as const satisfies readonly UsageName[];

/** Usage by rows; what is not known is NaN. */
export type UsageColumns = { readonly [Name in UsageName]: Float64Array };

/** How the values of a column are held. */
interface Held {
  readonly index: Uint32Array;
  readonly number: Float64Array;
  readonly word: Uint8Array;
  readonly worker: number;
  readonly text: readonly { readonly row: number; readonly text: string }[];
}

type RequestName = Exclude<SampleColumnName, UsageName>;
type ColumnOf<Name extends SampleColumnName> = Held[SampleColumns[Name]['kind']];

/** The columns of requests that every block has. */
type UsualColumns = { readonly [Name in Exclude<RequestName, OptionalName>]: ColumnOf<Name> };
type OptionalColumns = { readonly [Name in OptionalName]?: ColumnOf<Name> };

/** The columns that the recorder fills for each request. */
export type RecordedColumns = { readonly [Name in RecordedName]: ColumnOf<Name> };

/**
 * Samples as columns, those of SAMPLE_COLUMNS; buffers are transferred between threads, never copied. Row i of every column is one
 * request. Missing numbers are NaN. At most BLOCK_ROWS rows.
 */
export interface SampleBlock extends UsualColumns, OptionalColumns {
  readonly rows: number;
  /** Absent where no row has any; all columns are views of one buffer of its own. Of an invocation, only its oldest request has some. */
  readonly usage?: UsageColumns;
  /**
   * Metrics of the backend's own, a column for each that the plugin declares, in its order; all columns are views of one buffer.
   * Absent where no row has any. Of an invocation, only its oldest request has some.
   */
  readonly metrics?: readonly Float64Array[];
}

/** Whether a row stands for its invocation, in counts and in the bill: its oldest request does. No order of rows matters. */
export function leadsInvocation({ seq, invocation }: SampleBlock, row: number): boolean {
  return invocation === undefined || invocation[row] === seq[row];
}

const TYPES = { number: Float64Array, index: Uint32Array, word: Uint8Array } as const;

/** What holds the values of a recorded column. */
function typeOf(name: RecordedName): (typeof TYPES)[keyof typeof TYPES] {
  return TYPES[columnOf(name).kind as keyof typeof TYPES];
}

/** Bytes of a row in the buffer of the recorded columns. */
const RECORDED_ROW_BYTES = RECORDED_NAMES.reduce((sum, name) => sum + typeOf(name).BYTES_PER_ELEMENT, 0);

/** The recorded columns as views of one buffer: a new one of zeros unless given. */
export function recordedColumns(
  capacity: number,
  buffer = new ArrayBuffer(capacity * RECORDED_ROW_BYTES),
): RecordedColumns {
  let at = 0;
  const columns = RECORDED_NAMES.map((name) => {
    const column = new (typeOf(name))(buffer, at, capacity);
    at += column.byteLength;
    return [name, column] as const;
  });
  return Object.fromEntries(columns) as unknown as RecordedColumns;
}

/** Usage with these columns. */
export function usageOf(column: (name: UsageName) => Float64Array): UsageColumns {
  return Object.fromEntries(USAGE_NAMES.map((name) => [name, column(name)])) as UsageColumns;
}

/** Rows of which nothing is known: numbers are NaN, all others 0. No `payload`, `invocation` or `usage`. */
export function blankBlock(rows: number, worker = 0): SampleBlock {
  const { payload: _, ...columns } = recordedColumns(rows);
  for (const column of Object.values(columns)) if (column instanceof Float64Array) column.fill(NaN);
  return { rows, worker, ...columns, details: [] };
}

/** What to transfer with a block of the recorder: its columns are views of these. */
export function buffersOf({ seq, invocation, usage, metrics }: SampleBlock): ArrayBuffer[] {
  const views = [
    seq,
    ...(invocation === undefined ? [] : [invocation]),
    ...(usage === undefined ? [] : Object.values(usage).slice(0, 1)),
    ...(metrics ?? []).slice(0, 1),
  ];
  return views.map(({ buffer }) => buffer as ArrayBuffer);
}

/** Its buffer, where it has the size of a full block and can hold another. */
export function roomOf({ rows, seq: { buffer } }: SampleBlock): ArrayBuffer | undefined {
  return rows > BLOCK_ROWS / 2 ? (buffer as ArrayBuffer) : undefined;
}

/** A block closes at this many rows, or 200 ms after its first. */
export const BLOCK_ROWS = 4096;
export const BLOCK_AGE_MS = 200;
