import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { printable, UserError } from '../errors.js';
import type { ArrivalChunk } from '../trace.js';
import { writeWholeFile } from '../host/whole-file.js';
import { nameDefect } from './column-rules.js';
import { fileFault, type Fault } from './fault.js';
import { formatOfName, NAMING, type TraceFormat } from './trace-format.js';
import { traceText, type TraceFacts } from './trace-text.js';

/** A path, whose extension gives the format, or a stream, which is not ended. */
export type TraceSink = string | { readonly stream: Writable; readonly format: TraceFormat; readonly gzip?: boolean };

/** Fixed, since bytes must not depend on a default; the usual one. */
const GZIP_LEVEL = 6;
/** RFC 1952, section 2.3.1: the byte that names the operating system, and "unknown". */
const OS_BYTE = 9;
const OS_UNKNOWN = 255;

/**
 * Writes a trace as it comes, the same facts and arrivals always as the same text. A file appears whole or not at all.
 * `UserError` when there are no arrivals, the name gives no format, the format cannot hold the payload table, the
 * disk is full, or the reader of the stream went away.
 */
export async function writeTrace(facts: TraceFacts, arrivals: Iterable<ArrivalChunk>, sink: TraceSink): Promise<void> {
  if (typeof sink === 'string') return writeFile(facts, arrivals, sink);
  const fault: Fault = (text) => new UserError(`trace to a stream: ${text}`);
  const bytes = traceBytes(sink.format, sink.gzip === true, facts, arrivals, fault);
  try {
    await pour(bytes, sink.stream);
  } catch (error) {
    throw fileFault(error, fault, 'written');
  }
}

async function writeFile(facts: TraceFacts, arrivals: Iterable<ArrivalChunk>, path: string): Promise<void> {
  const fault: Fault = (text) => new UserError(`trace ${printable(path)}: ${text}`);
  const named = formatOfName(path);
  if (named === undefined) throw fault(`its name does not tell its format; ${NAMING}`);
  try {
    await writeWholeFile(path, traceBytes(named.format, named.gzip, facts, arrivals, fault));
  } catch (error) {
    throw fileFault(error, fault, 'written');
  }
}

async function* traceBytes(
  format: TraceFormat,
  gzip: boolean,
  facts: TraceFacts,
  arrivals: Iterable<ArrivalChunk>,
  fault: Fault,
): AsyncGenerator<Uint8Array> {
  if (printable(facts.name) === '') throw fault('the trace has no name that can be printed; give one');
  if (format === 'csv' && (facts.payloads?.length ?? 0) > 0)
    throw fault('a CSV cannot hold a payload table; write .json or .jsonl');
  checkColumnNames(facts, fault);
  const text = traceText(format, facts, counted(arrivals, fault));
  yield* gzip ? compressed(text) : bytesOf(text);
}

function checkColumnNames({ columns = [] }: TraceFacts, fault: Fault): void {
  for (const { name } of columns) {
    const defect = nameDefect(name);
    if (defect !== undefined) throw fault(`column ${JSON.stringify(printable(name, 60))}: ${defect}`);
    if (columns.filter((other) => other.name === name).length > 1)
      throw fault(`there are two columns ${JSON.stringify(name)}; rename one`);
  }
}

function counted(arrivals: Iterable<ArrivalChunk>, fault: Fault): Iterable<ArrivalChunk> {
  return { [Symbol.iterator]: () => countedChunks(arrivals, fault) };
}

function* countedChunks(arrivals: Iterable<ArrivalChunk>, fault: Fault): Generator<ArrivalChunk> {
  let count = 0;
  for (const chunk of arrivals) {
    count += chunk.atMs.length;
    yield chunk;
  }
  if (count === 0) throw fault('there are no arrivals to write; raise the rate or the duration');
}

function* bytesOf(text: Iterable<string>): Generator<Uint8Array> {
  for (const piece of text) if (piece !== '') yield Buffer.from(piece);
}

async function* compressed(text: Iterable<string>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ level: GZIP_LEVEL });
  pipeline(bytesOf(text), gzip).catch(() => undefined); // a failure also ends the loop below
  let header = true;
  for await (const chunk of gzip as AsyncIterable<Buffer>) {
    if (header) chunk[OS_BYTE] = OS_UNKNOWN;
    header = false;
    yield chunk;
  }
}

/** Waits until the stream has taken each piece. Throws the stream's error when its reader went away (EPIPE). */
async function pour(bytes: AsyncIterable<Uint8Array>, stream: Writable): Promise<void> {
  const poured = new AbortController();
  const failed = finished(stream, { readable: false, signal: poured.signal });
  failed.catch(() => undefined);
  try {
    for await (const chunk of bytes) {
      const error = await written(stream, chunk);
      if (error === undefined) continue;
      await failed; // listens until the stream has reported its error, for which there is no other listener
      throw error;
    }
  } finally {
    poured.abort();
  }
}

function written(stream: Writable, chunk: Uint8Array): Promise<Error | undefined> {
  return new Promise((resolve) => {
    stream.write(chunk, (error) => {
      resolve(error ?? undefined);
    });
  });
}
