import { basename } from 'node:path';
import { closeArrivals, type StoredArrivals } from './arrival-store.js';
import { printable, UserError } from '../errors.js';
import type { Payload, Trace } from '../trace.js';
import { MOST_ARRIVALS } from './arrival-rules.js';
import { openTraceFile, peek, plainBytes, readable, type Bytes } from './byte-source.js';
import { withoutControlBytes } from './control-bytes.js';
import type { Fault } from './fault.js';
import { csvParser } from './parse-csv.js';
import { jsonParser } from './parse-json.js';
import { jsonlParser } from './parse-jsonl.js';
import { resolvePayloads } from './payloads.js';
import type { TimeUnit } from './time-column.js';
import { formatOfContent, formatOfName, isGzip, NAMING, sniffable, type TraceFormat } from './trace-format.js';
import type { ParsedTrace, ParserOptions, TraceParser } from './trace-parser.js';

export interface ReadTraceOptions {
  /** Folder for the spool file of a large trace. */
  readonly spoolDir: string;
  /** What `-` reads; destroyed when that fails, for a source that says nothing more must not keep the process alive. */
  readonly stdin: AsyncIterable<Uint8Array> & { destroy?(): unknown };
  /** In place of what the name of the file ends in, or its first bytes tell; such a file may be compressed whatever its name is. */
  readonly format?: TraceFormat;
  /** The column (CSV) or key (JSON lines) of the times, where it is neither `at_ms` nor `at_s`. */
  readonly column?: string;
  /** The unit of that column, where its name does not end in it. */
  readonly unit?: TimeUnit;
  /** Replaces the trace's own payload table, whose files are then left alone. */
  readonly payloads?: readonly Payload[];
  /** Gives the payload table as it was written, too (`Trace.payloadTable`). */
  readonly keepsTable?: boolean;
  /** After decompression; 16 GiB unless given. */
  readonly maxBytes?: number;
  /** At most, and unless given, 2^32 - 1. */
  readonly maxArrivals?: number;
  /** Up to this many arrivals stay in memory; 4,000,000 unless given. */
  readonly memoryLimit?: number;
}

const PARSERS: Readonly<Record<TraceFormat, (options: ParserOptions) => TraceParser>> = {
  json: jsonParser,
  jsonl: jsonlParser,
  csv: csvParser,
};

/**
 * Reads and checks a whole trace. `source` is a path, whose extension gives the format, or `-` for `options.stdin`,
 * whose first bytes do. What is wrong with it is a `UserError` that names file, place and remedy; nothing stays open then.
 * The caller owns `store` (`closeArrivals`).
 */
export async function readTrace(source: string, options: ReadTraceOptions): Promise<Trace> {
  if (source === '-') return readStdin(options);
  const fault: Fault = (text) => new UserError(`trace ${printable(source)}: ${text}`);
  const named = formatOfName(source);
  const file = await openTraceFile(source, fault);
  try {
    const format = options.format ?? named?.format;
    if (format === undefined) throw fault(`its name does not tell its format; ${NAMING}, or give --trace-format`);
    const raw = await peek(readable(file.bytes, fault), (head) => head.length >= 2);
    const gzip = options.format === undefined ? named?.gzip === true : isGzip(raw.head);
    const bytes = plainBytes(raw.bytes, gzip, options.maxBytes ?? 2 ** 34, fault);
    return await parse(bytes, format, { options, fault, folder: file.folder, name: nameOf(source) });
  } finally {
    await file.close();
  }
}

async function readStdin(options: ReadTraceOptions): Promise<Trace> {
  const fault: Fault = (text) => new UserError(`trace from standard input: ${text}`);
  try {
    const raw = await peek(readable(options.stdin, fault), (head) => head.length >= 2);
    const plain = await peek(plainBytes(raw.bytes, isGzip(raw.head), options.maxBytes ?? 2 ** 34, fault), sniffable);
    const format = options.format ?? formatOfContent(plain.head);
    return await parse(plain.bytes, format, { options, fault, folder: undefined, name: 'stdin' });
  } catch (error) {
    options.stdin.destroy?.();
    throw error;
  }
}

interface Reading {
  readonly options: ReadTraceOptions;
  readonly fault: Fault;
  /** Where its payload files lie; undefined: it may have none. */
  readonly folder: string | undefined;
  /** What it is called unless it has a name of its own. */
  readonly name: string;
}

async function parse(bytes: Bytes, format: TraceFormat, reading: Reading): Promise<Trace> {
  const { column, unit } = reading.options;
  if (format === 'json' && (column !== undefined || unit !== undefined)) {
    throw reading.fault('--column and --unit are for .csv and .jsonl; leave them out');
  }
  const parser = PARSERS[format](parserOptions(reading));
  try {
    for await (const chunk of withoutControlBytes(bytes, reading.fault)) parser.push(chunk);
    return finish(parser.end(), reading);
  } catch (error) {
    parser.discard();
    throw error;
  }
}

function parserOptions({ options, fault }: Reading): ParserOptions {
  const { spoolDir, column, unit, memoryLimit } = options;
  return {
    spoolDir,
    fault,
    maxArrivals: Math.min(options.maxArrivals ?? MOST_ARRIVALS, MOST_ARRIVALS),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(column === undefined ? {} : { column }),
    ...(unit === undefined ? {} : { unit }),
  };
}

function finish(parsed: ParsedTrace, reading: Reading): Trace {
  try {
    return toTrace(parsed, reading);
  } catch (error) {
    closeArrivals(parsed.arrivals.store);
    throw error;
  }
}

function toTrace({ header, arrivals, highest }: ParsedTrace, { options, fault, folder, name }: Reading): Trace {
  if (arrivals.count === 0) throw fault('it has no arrivals; give at least one');
  const columns = arrivals.store.columns?.columns.map((column) => column.name);
  const payloads = options.payloads ?? resolvePayloads(header.payloads, folder, fault, columns);
  if (options.payloads === undefined && highest.index >= Math.max(1, payloads.length)) {
    throw fault(
      `${highest.place}: ${String(highest.index)} is outside the table of ${String(payloads.length)} payloads, counted from 0; add payloads or lower it`,
    );
  }
  const { recipe } = header;
  return {
    name: header.name ?? name,
    durationMs: durationOf(header.durationMs, arrivals, fault),
    count: arrivals.count,
    sha256: arrivals.sha256,
    ...(recipe === undefined ? {} : { recipe }),
    payloads,
    ...(options.payloads === undefined ? {} : { payloadsInTurn: true }),
    ...(options.keepsTable === true && Array.isArray(header.payloads) ? { payloadTable: header.payloads } : {}),
    store: arrivals.store,
  };
}

function durationOf(durationMs: number | undefined, { lastMs }: StoredArrivals, fault: Fault): number {
  if (durationMs !== undefined && durationMs < lastMs) {
    throw fault(`durationMs: ${String(durationMs)} is less than the last arrival, ${String(lastMs)}; raise it`);
  }
  return durationMs ?? lastMs;
}

/** The file's name without what gives the format. */
function nameOf(path: string): string {
  const name = printable(basename(path).replace(/\.(json|jsonl|ndjson|csv)(\.gz)?$/i, ''), 200);
  return name === '' ? 'trace' : name;
}
