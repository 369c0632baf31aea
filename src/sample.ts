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
  | { readonly ok: true; readonly serverMs?: number; readonly coldStart?: ColdStart }
  | {
      readonly ok: false;
      readonly failure: Failure;
      readonly detail: string;
      readonly serverMs?: number;
      readonly coldStart?: ColdStart;
    }
) & {
  readonly sentMs?: number;
  readonly doneMs?: number;
  readonly doneEarliestMs?: number;
  readonly handshakeMs?: number;
  readonly usage?: Usage;
  /** Values of the metrics that the plugin declares, by name: 0 or more each. What is not known is absent. */
  readonly metrics?: Readonly<Record<string, number>>;
};

/**
 * What one invocation used, in the service's own quantities and only as it told them; money comes later, from a price
 * sheet. Every failed invocation that was billed has one too. What is not known is absent.
 */
export interface Usage {
  /** Handler time, and the time the bill counts (rounded by the service; it may or may not contain init). */
  readonly durationMs?: number;
  readonly billedMs?: number;
  /** Time to make a new environment, or to restore one from a snapshot. */
  readonly initMs?: number;
  readonly restoreMs?: number;
  /** Configured, and used at most. */
  readonly memoryMb?: number;
  readonly maxMemoryMb?: number;
  readonly requestBytes?: number;
  readonly answerBytes?: number;
  /**
   * The stages of a cold start as the function timed them, each from the end of the one before: its process up to its first
   * line, importing the library, the model's download, its load, the first inference.
   */
  readonly containerMs?: number;
  readonly importMs?: number;
  readonly downloadMs?: number;
  readonly loadMs?: number;
  readonly firstInferenceMs?: number;
  /** CPU time that the handler used, of all its threads. */
  readonly cpuMs?: number;
}

/** In their order in time, which is that of the log's columns. */
export const STAGE_NAMES = [
  'containerMs',
  'importMs',
  'downloadMs',
  'loadMs',
  'firstInferenceMs',
] as const satisfies readonly (keyof Usage)[];

/** In the order of the log's columns; logs of versions that knew no stages, or no CPU time, end before them. */
export const USAGE_NAMES = [
  'durationMs',
  'billedMs',
  'initMs',
  'restoreMs',
  'memoryMb',
  'maxMemoryMb',
  'requestBytes',
  'answerBytes',
  ...STAGE_NAMES,
  'cpuMs',
] as const satisfies readonly (keyof Usage)[];

/** Usage by rows; what is not known is NaN. */
export type UsageColumns = Readonly<Record<(typeof USAGE_NAMES)[number], Float64Array>>;

/** Told by the service or by our handlers, never guessed. */
export type ColdStart = 'unknown' | 'warm' | 'cold';
export const COLD_STARTS = ['unknown', 'warm', 'cold'] as const satisfies readonly ColdStart[];

/** Why a request failed. The order is the code in the sample log's columns: append only. */
export const FAILURES = [
  'timeout', //          no complete answer within --timeout of the hand-over
  'throttled', //        429 and its kin
  'unauthorized', //     401, 403
  'rejected', //         other 4xx
  'server-error', //     5xx
  'function-error', //   the user's code failed, the platform did not
  'bad-answer', //       not what the protocol allows, or not what --expect asks; an unexpected 3xx
  'unreachable', //      dns, tls, refused
  'cut', //              reset or closed mid-answer, or before an answer on a fresh connection
  'stale-connection', // reset or closed on a reused connection before any byte of the answer
  'shed', //             above --max-in-flight; never sent
  'crashed', //          the worker or plugin died under it
  'aborted', //          open when the run was stopped
  'unknown', //          no row: the process died before it was written
  'local', //            our own files, ports or memory
] as const;
export type Failure = (typeof FAILURES)[number];

/** The values of the log's `outcome` column: code 0 is success, code i > 0 is FAILURES[i - 1]. */
export const OUTCOMES = ['ok', ...FAILURES] as const;

/** The code of a failure in `SampleBlock.outcome`. */
export function outcomeCode(failure: Failure): number {
  return FAILURES.indexOf(failure) + 1;
}

/**
 * Samples as columns; buffers are transferred between threads, never copied. Row i of every column is one request.
 * Missing numbers are NaN. At most BLOCK_ROWS rows.
 */
export interface SampleBlock {
  readonly rows: number;
  /** Index of the worker thread that sent these. */
  readonly worker: number;
  /** 0-based index in the trace. */
  readonly seq: Uint32Array;
  readonly dueMs: Float64Array;
  /** = due; later for a request that waited for its batch. */
  readonly releaseMs: Float64Array;
  /** When the loop gave it to the backend (or decided to shed it). */
  readonly handedMs: Float64Array;
  readonly sentMs: Float64Array;
  readonly doneMs: Float64Array;
  readonly doneEarliestMs: Float64Array;
  readonly handshakeMs: Float64Array;
  /** Service-reported processing time. */
  readonly serverMs: Float64Array;
  /** Index into OUTCOMES. */
  readonly outcome: Uint8Array;
  /** Index into COLD_STARTS. */
  readonly coldStart: Uint8Array;
  /** Index of what was sent, in the payload table. Absent: it is not known, or there is one for all. */
  readonly payload?: Uint32Array;
  /** The invocation that carried it: the `seq` of its oldest request. Absent: each request was an invocation of its own. */
  readonly invocation?: Uint32Array;
  /** Absent where no row has any; all columns are views of one buffer of its own. Of an invocation, only its oldest request has some. */
  readonly usage?: UsageColumns;
  /**
   * Metrics of the backend's own, a column for each that the plugin declares, in its order; all columns are views of one buffer.
   * Absent where no row has any. Of an invocation, only its oldest request has some.
   */
  readonly metrics?: readonly Float64Array[];
  /** Texts of failures, printable and bounded; `row` ascending. */
  readonly details: readonly { readonly row: number; readonly text: string }[];
}

/** Whether a row stands for its invocation, in counts and in the bill: its oldest request does. No order of rows matters. */
export function leadsInvocation({ seq, invocation }: SampleBlock, row: number): boolean {
  return invocation === undefined || invocation[row] === seq[row];
}

/** What to transfer with a block of the recorder: its columns are views of these. */
export function buffersOf({ seq, invocation, usage, metrics }: SampleBlock): ArrayBuffer[] {
  const views = [
    seq,
    ...(invocation === undefined ? [] : [invocation]),
    ...(usage === undefined ? [] : [usage.durationMs]),
    ...(metrics ?? []).slice(0, 1),
  ];
  return views.map(({ buffer }) => buffer as ArrayBuffer);
}

/** Its buffer, where it has the size of a full block and can hold another. */
export function roomOf({ rows, seq: { buffer } }: SampleBlock): ArrayBuffer | undefined {
  return rows > BLOCK_ROWS / 2 ? (buffer as ArrayBuffer) : undefined;
}

/** A block closes at this many rows, or 250 ms after its first. */
export const BLOCK_ROWS = 4096;
export const BLOCK_AGE_MS = 250;
