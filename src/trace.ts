import type { HeaderField } from './http-syntax.js';

/** What a trace is once read and checked: plain data that any thread may be given. */
export interface Trace {
  /** A short name from outside; printable and at most 200 characters. */
  readonly name: string;
  /** The length of the observation window, ms; at least the last arrival. */
  readonly durationMs: number;
  /** How many arrivals there are; known because a trace is checked whole before anything is sent. */
  readonly count: number;
  /** SHA-256 (hex) over the arrivals in order, each as little-endian float64 atMs and uint32 payload index: equal traces, equal hash. */
  readonly sha256: string;
  /** How it was made, when it says so. */
  readonly recipe?: Readonly<Record<string, unknown>>;
  /** What is sent. Empty: the backend makes one payload from its model's metadata. */
  readonly payloads: readonly Payload[];
  /** True: the payloads were given apart from the trace; arrival i sends entry i modulo their number, whatever it says itself. */
  readonly payloadsInTurn?: boolean;
  /** Sentences for the report: what was selected, what is left out. */
  readonly notes?: readonly string[];
  /** The table of payloads as it was written, where that was asked for. */
  readonly payloadTable?: readonly unknown[];
  readonly store: ArrivalStore;
}

/**
 * Where the checked arrivals lie, sorted by time: in shared memory while they are few, else in an unlinked spool file whose
 * descriptor every thread of the process can read. Reading it costs no parsing, so a replay never competes with a parser.
 */
export type ArrivalStore = (
  | { readonly kind: 'memory'; readonly count: number; readonly atMs: Float64Array; readonly payload?: Uint32Array }
  | { readonly kind: 'file'; readonly count: number; readonly fd: number; readonly hasPayload: boolean }
) & {
  /** What else is known of each arrival; absent: nothing. */
  readonly columns?: TraceColumns;
};

/** A stretch of arrivals; at most a few thousand. */
export interface ArrivalChunk {
  /** Ms from the start of the trace, not decreasing within and across chunks. */
  readonly atMs: Float64Array;
  /** Index into the payload table; absent: all of them 0. */
  readonly payload?: Uint32Array;
  /** The values of each column, in the order in which the columns are declared; absent: there are none, or they were not asked for. */
  readonly columns?: readonly ColumnValues[];
}

export const COLUMN_TYPES = ['number', 'text', 'boolean', 'numbers'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

/** One value of a column; undefined: absent. */
export type ColumnValue = number | string | boolean | readonly number[];

export interface ColumnSpec {
  readonly name: string;
  readonly type: ColumnType;
}

/** The values of one column for a chunk of arrivals, row by row. */
export type ColumnValues =
  /** NaN: absent. */
  | { readonly type: 'number'; readonly values: Float64Array }
  /** 0 false, 1 true, 2 absent. */
  | { readonly type: 'boolean'; readonly values: Uint8Array }
  /** Row i has the text `words[codes[i]]`; ABSENT_WORD: absent. The dictionary is that of this chunk. */
  | { readonly type: 'text'; readonly codes: Uint32Array; readonly words: readonly string[] }
  /** Row i has the numbers `values[starts[i]]` up to `values[starts[i + 1]]`; `present[i]` 0: absent. */
  | {
      readonly type: 'numbers';
      readonly starts: Uint32Array;
      readonly values: Float64Array;
      readonly present: Uint8Array;
    };

export const ABSENT_WORD = 0xffffffff;
export const ABSENT_BOOLEAN = 2;

/** The columns of all arrivals: plain data, in shared memory or in an unlinked spool file, that any thread may be given. */
export interface TraceColumns {
  readonly columns: readonly TraceColumn[];
  /** Columns of the file whose values were not kept, and why. */
  readonly ignored: readonly { readonly name: string; readonly why: string }[];
  readonly bytes:
    { readonly kind: 'memory'; readonly bytes: Uint8Array } | { readonly kind: 'file'; readonly fd: number };
}

export interface TraceColumn extends ColumnSpec {
  /** Arrivals without a value. */
  readonly absent: number;
  /** Block i (4096 arrivals) lies at bytes `blocks[2 * i]` up to `blocks[2 * i + 1]` of `TraceColumns.bytes`. */
  readonly blocks: Float64Array;
}

/**
 * One entry of the payload table, resolved: file contents are inside. Bytes lie on a SharedArrayBuffer where they are
 * large, so that handing the table to threads copies nothing.
 */
export type Payload = {
  /** By what a column of the trace chooses it (`--payload-by`). */
  readonly label?: string;
} & (
  | {
      readonly kind: 'bytes';
      readonly contentType: string;
      readonly bytes: Uint8Array;
      /** Placeholders in the bytes are filled in for each request (`template.ts`). */
      readonly template?: true;
      /** How it is requested, where it says so. */
      readonly request?: PayloadRequest;
    }
  | { readonly kind: 'tensor'; readonly tensor: TensorPayload }
);

/** What one payload is requested with, in place of what the run's options say of all. */
export interface PayloadRequest {
  readonly method?: string;
  /** Path and query as a reference relative to the URL of the options; never of another host. */
  readonly path?: string;
  /** They go before the options' fields of the same names. */
  readonly headers: readonly HeaderField[];
  /** False: it is sent without a body; `bytes` is empty. */
  readonly hasBody: boolean;
  /** Placeholders in path and headers are filled in. */
  readonly template?: true;
}

/** A tensor of seeded pseudo-random values, made where it is needed: uniform in [0, 1) for floats, in [0, 100) for integers. */
export interface TensorPayload {
  readonly shape: readonly number[];
  readonly dtype: TensorDtype;
  readonly seed: number;
}

export const TENSOR_DTYPES = ['float32', 'float64', 'int32', 'int64', 'uint8', 'int8', 'bool'] as const;
export type TensorDtype = (typeof TENSOR_DTYPES)[number];
