import type { Progress } from '../progress.js';
import type { Trace } from '../trace.js';
import type { TraceInMemory } from './trace-in-memory.js';

/**
 * What a run is asked for. Each option is the flag of `replay run` of the same name and has its default; a time or a rate is
 * a text with its unit (`30s`, `50/s`), as at the command line.
 */
export interface RunOptions {
  /** A trace file, a trace that `readTrace` returned, or arrivals in memory. Absent: `rate` or `stages`. */
  readonly trace?: string | Trace | TraceInMemory;
  /** Of a trace file, as are the next four. */
  readonly column?: string;
  readonly unit?: 'ms' | 's' | 'us' | 'ns';
  readonly traceFormat?: 'json' | 'jsonl' | 'csv';
  readonly where?: string;
  readonly payloadBy?: string;
  readonly keepColumn?: string | readonly string[];
  readonly rate?: string;
  readonly duration?: string;
  readonly stages?: string;
  readonly requests?: number;
  readonly process?: 'poisson' | 'constant' | 'gamma';
  readonly scv?: number;
  readonly seed?: number;
  readonly from?: string;
  readonly to?: string;
  readonly speed?: string;
  /** A name of `replay backends`, a path to a plugin, or a package. */
  readonly backend?: string;
  /** Options of the backend: `{ url: 'http://127.0.0.1:8080/' }`. A list gives one option several times. */
  readonly options?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  readonly body?: string;
  readonly payload?: string;
  readonly time?: 'real' | 'virtual';
  readonly workers?: number;
  readonly pacing?: 'exact' | 'economic' | 'auto';
  readonly connections?: number;
  readonly maxInFlight?: number;
  readonly timeout?: string;
  readonly warmup?: string;
  readonly maxLateness?: string;
  readonly batchSize?: number;
  readonly batchWait?: string;
  readonly prices?: string;
  readonly machine?: string;
  readonly count?: number;
  readonly budget?: string;
  readonly threshold?: string | readonly string[];
  readonly collector?: string | readonly string[];
  readonly abortOnFail?: boolean;
  readonly abortAfter?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly out?: string;
  readonly html?: boolean;
}

/** What a program may hand in besides. */
export interface RunWorld {
  /** Aborted: nothing more is sent, and the report covers what was. Before the start `run` then rejects. */
  readonly signal?: AbortSignal;
  /** The environment: options of backends, credentials. `process.env` unless given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where a plugin given by path or package is looked up. The working directory unless given. */
  readonly folder?: string;
  /** What takes long before the start, and warnings. Nothing is printed unless given. */
  readonly say?: (text: string) => void;
  /** The figures so far, each second of a run in real time. */
  readonly onProgress?: (progress: Progress) => void;
}
