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
  readonly store: ArrivalStore;
}

/**
 * Where the checked arrivals lie, sorted by time: in shared memory while they are few, else in an unlinked spool file whose
 * descriptor every thread of the process can read. Reading it costs no parsing, so a replay never competes with a parser.
 */
export type ArrivalStore =
  | { readonly kind: 'memory'; readonly count: number; readonly atMs: Float64Array; readonly payload?: Uint32Array }
  | { readonly kind: 'file'; readonly count: number; readonly fd: number; readonly hasPayload: boolean };

/** A stretch of arrivals; at most a few thousand. */
export interface ArrivalChunk {
  /** Ms from the start of the trace, not decreasing within and across chunks. */
  readonly atMs: Float64Array;
  /** Index into the payload table; absent: all of them 0. */
  readonly payload?: Uint32Array;
}

/**
 * One entry of the payload table, resolved: file contents are inside. Bytes lie on a SharedArrayBuffer where they are
 * large, so that handing the table to threads copies nothing.
 */
export type Payload =
  | {
      readonly kind: 'bytes';
      readonly contentType: string;
      readonly bytes: Uint8Array;
      /** Placeholders in the bytes are filled in for each request (`template.ts`). */
      readonly template?: true;
      /** How it is requested, where it says so. */
      readonly request?: PayloadRequest;
    }
  | { readonly kind: 'tensor'; readonly tensor: TensorPayload };

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
