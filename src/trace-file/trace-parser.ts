import type { StoredArrivals } from './arrival-store.js';
import type { Fault } from './fault.js';
import type { TimeUnit } from './time-column.js';
import type { TraceHeader } from './trace-header.js';

/** Reads one format: the caller pushes in the bytes of a file, ends it, and has the trace. */
export interface TraceParser {
  /** The next bytes of the file, cut anywhere. */
  push(bytes: Buffer): void;
  end(): ParsedTrace;
  /** Gives the arrivals back when something failed; harmless otherwise. */
  discard(): void;
}

export interface ParsedTrace {
  readonly header: TraceHeader;
  readonly arrivals: StoredArrivals;
  readonly highest: HighestPayload;
}

/** The highest payload index of all arrivals, and where it is first. */
export interface HighestPayload {
  readonly index: number;
  readonly place: string;
}

export interface ParserOptions {
  readonly spoolDir: string;
  readonly memoryLimit?: number;
  readonly maxArrivals: number;
  readonly column?: string;
  readonly unit?: TimeUnit;
  readonly fault: Fault;
}

/** Bytes: what one line, and all that is no list of numbers in a `.json`, may take. */
export const LINE_BYTES = 1 << 20;
export const VALUE_BYTES = 64 << 20;
