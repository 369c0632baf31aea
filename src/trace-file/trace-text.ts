import { MOST_AT_MS } from './arrival-rules.js';
import type { PayloadEntry } from './payloads.js';
import type { TraceFormat } from './trace-format.js';
import type { ArrivalChunk } from '../trace.js';

/** What is written besides the arrivals. */
export interface TraceFacts {
  readonly name: string;
  /** At least the last arrival, ms. */
  readonly durationMs: number;
  readonly recipe?: Readonly<Record<string, unknown>>;
  readonly payloads?: readonly PayloadEntry[];
}

const NUMBERS_PER_LINE = 10;

/**
 * The text of a trace in pieces: the same facts and arrivals always give the same text. Times are rounded to 1 us, so
 * that at most three decimals are written; what is rounded stays sorted. `RangeError` for arrivals or a duration that could
 * not be read again. Payload indexes of the one-object format are held, 4 bytes each, until the times are written.
 */
export function traceText(format: TraceFormat, facts: TraceFacts, arrivals: Iterable<ArrivalChunk>): Iterable<string> {
  return { json: jsonText, jsonl: jsonlText, csv: csvText }[format](facts, checked(facts, arrivals));
}

/** Ms rounded to 1 us. */
function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function* jsonText(facts: TraceFacts, arrivals: Iterable<ArrivalChunk>): Generator<string> {
  yield `{\n"format": 1,\n"name": ${JSON.stringify(facts.name)},\n"durationMs": ${String(roundMs(facts.durationMs))},\n`;
  if (facts.recipe !== undefined) yield `"recipe": ${JSON.stringify(facts.recipe)},\n`;
  if (facts.payloads !== undefined)
    yield `"payloads": [\n${facts.payloads.map((entry) => JSON.stringify(entry)).join(',\n')}\n],\n`;
  const held: (Uint32Array | number)[] = [];
  yield* listText('atMs', timesOf(arrivals, held));
  if (held.some((part) => typeof part !== 'number')) {
    yield ',\n';
    yield* listText('payload', indexesOf(held));
  }
  yield '\n}\n';
}

/** `"key": [...]`, ten numbers to a line however they are dealt, so that a diff shows what changed. */
function* listText(key: string, parts: Iterable<Float64Array | Uint32Array>): Generator<string> {
  yield `"${key}": [`;
  let count = 0;
  for (const part of parts) {
    let text = '';
    for (const number of part) {
      text += `${count === 0 ? '' : ','}${count % NUMBERS_PER_LINE === 0 ? '\n' : ' '}${String(number)}`;
      count++;
    }
    yield text;
  }
  yield '\n]';
}

/** The times; payload indexes go to `held`, a stretch of zeros as its length. */
function* timesOf(arrivals: Iterable<ArrivalChunk>, held: (Uint32Array | number)[]): Generator<Float64Array> {
  for (const { atMs, payload } of arrivals) {
    held.push(payload?.some((index) => index !== 0) === true ? payload.slice() : atMs.length);
    yield atMs.map(roundMs);
  }
}

function* indexesOf(held: readonly (Uint32Array | number)[]): Generator<Uint32Array> {
  for (const part of held) yield typeof part === 'number' ? new Uint32Array(part) : part;
}

function* jsonlText(facts: TraceFacts, arrivals: Iterable<ArrivalChunk>): Generator<string> {
  const { name, recipe, payloads } = facts;
  yield `${JSON.stringify({ format: 1, name, durationMs: roundMs(facts.durationMs), recipe, payloads })}\n`;
  for (const { atMs, payload } of arrivals) {
    let text = '';
    for (const [i, at] of atMs.entries()) {
      const index = payload?.[i] ?? 0;
      text += `{"at_ms":${String(roundMs(at))}${index === 0 ? '' : `,"payload":${String(index)}`}}\n`;
    }
    yield text;
  }
}

/** CSV has no place for a name, a duration, a recipe or payloads; it keeps the arrivals only. */
function* csvText(_facts: TraceFacts, arrivals: Iterable<ArrivalChunk>): Generator<string> {
  let indexed: boolean | undefined;
  for (const { atMs, payload } of arrivals) {
    if (indexed === undefined) yield payload === undefined ? 'at_ms\n' : 'at_ms,payload\n';
    indexed ??= payload !== undefined;
    if (!indexed && payload?.some((index) => index !== 0) === true)
      throw new RangeError('the first chunk of arrivals has no payload indexes, a later one has');
    let text = '';
    for (const [i, at] of atMs.entries())
      text += `${String(roundMs(at))}${indexed ? `,${String(payload?.[i] ?? 0)}` : ''}\n`;
    yield text;
  }
}

function* checked({ durationMs }: TraceFacts, arrivals: Iterable<ArrivalChunk>): Generator<ArrivalChunk> {
  if (!(durationMs >= 0 && durationMs <= MOST_AT_MS))
    throw new RangeError(`a duration of ${String(durationMs)} ms cannot be written`);
  let previousMs = 0;
  for (const chunk of arrivals) {
    for (const atMs of chunk.atMs) {
      if (!(atMs >= previousMs && atMs <= durationMs))
        throw new RangeError(`an arrival at ${String(atMs)} ms is out of order or behind the end`);
      previousMs = atMs;
    }
    yield chunk;
  }
}
