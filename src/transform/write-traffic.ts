import { dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { printable, UserError } from '../errors.js';
import { writeWholeFile } from '../host/whole-file.js';
import { fileFault } from '../trace-file/fault.js';
import { writeTrace } from '../trace-file/write-trace.js';
import type { ArrivalChunk } from '../trace.js';
import { k6Text } from './k6-text.js';
import { mooncakeText } from './mooncake-text.js';
import { parquetTrace } from './parquet-trace.js';
import type { Traffic } from './traffic.js';
import { vegetaText } from './vegeta-text.js';

export type Target = 'trace' | 'parquet' | 'mooncake' | 'vegeta' | 'k6';

export interface WriteOptions {
  /** What is written; absent: Parquet where the name ends so, else a trace. */
  readonly to?: Target;
  /** A file, or a stream such as standard output. */
  readonly output: string | Writable;
  /** The file that the trace was read from; payload files lie beside it. */
  readonly source: string;
  /** What was done, for the recipe; absent: nothing was. */
  readonly history?: string;
  /** Of the requests, for targets of vegeta. */
  readonly url?: string;
  /** The width of the steps of k6, ms. */
  readonly stepMs?: number;
}

/** Writes a trace, or what another tool replays. A file appears whole or not at all. Throws `UserError`. */
export async function writeTraffic(traffic: Traffic, options: WriteOptions): Promise<void> {
  const { output, to = typeof output === 'string' && /\.parquet$/i.test(output) ? 'parquet' : 'trace' } = options;
  if (to === 'trace') return writeAsTrace(traffic, options);
  const bytes = bytesFor(to, traffic, options);
  if (typeof output === 'string') {
    try {
      await writeWholeFile(output, bytes);
    } catch (thrown) {
      throw fileFault(thrown, (text) => new UserError(`${printable(output)}: ${text}`), 'written');
    }
    return;
  }
  for await (const piece of bytes)
    if (!output.write(piece)) await new Promise((drained) => output.once('drain', drained));
}

function bytesFor(
  to: Exclude<Target, 'trace'>,
  traffic: Traffic,
  { url, stepMs = 1000 }: WriteOptions,
): AsyncIterable<Uint8Array | string> | Iterable<string> {
  if (to === 'parquet') return parquetTrace(traffic);
  if (to === 'mooncake') return mooncakeText(traffic);
  return to === 'k6' ? k6Text(traffic, stepMs) : vegetaText(traffic, url);
}

async function writeAsTrace(traffic: Traffic, { output, source, history }: WriteOptions): Promise<void> {
  const { name, durationMs, columns, payloads } = traffic;
  checkFiles(traffic, source, output);
  const recipe = recipeOf(traffic, history);
  const facts = {
    ...{ name, durationMs, columns },
    precision: 'ns' as const,
    ...(recipe === undefined ? {} : { recipe }),
    ...(payloads.length === 0 ? {} : { payloads }),
  };
  const sink = typeof output === 'string' ? output : { stream: output, format: 'json' as const };
  await writeTrace(facts, { [Symbol.iterator]: () => arrivals(traffic) }, sink);
}

function* arrivals(traffic: Traffic): Generator<ArrivalChunk> {
  const own = traffic.columns.length;
  for (const { keys, columns } of traffic.chunks()) {
    const payload = columns[own];
    const indexes = payload?.type === 'number' ? Uint32Array.from(payload.values) : new Uint32Array(keys.length);
    yield {
      atMs: keys,
      ...(traffic.payloads.length === 0 ? {} : { payload: indexes }),
      columns: columns.slice(0, own),
    };
  }
}

/** The recipe that the trace had, and what was done with it since. */
function recipeOf({ recipe }: Traffic, history: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (history === undefined) return recipe;
  const { history: before, ...made } = recipe ?? {};
  const kept = Array.isArray(before) || Object.keys(made).length === 0 ? made : { made };
  return { ...kept, history: [...(Array.isArray(before) ? (before as unknown[]) : []), history] };
}

/** Payload files are named relative to the trace. */
function checkFiles({ payloads }: Traffic, source: string, output: string | Writable): void {
  if (!payloads.some((entry) => 'file' in entry)) return;
  const isBeside =
    typeof output === 'string' && source !== '-' && resolve(dirname(output)) === resolve(dirname(source));
  if (!isBeside)
    throw new UserError('its payloads are files beside it; write the new trace into the same folder with -o');
}
