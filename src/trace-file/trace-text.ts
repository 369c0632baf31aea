import type { ArrivalChunk, ColumnSpec, ColumnValues } from '../trace.js';
import { MOST_AT_MS } from './arrival-rules.js';
import { JsonSource } from './json-sources.js';
import type { PayloadEntry } from './payloads.js';
import type { TraceFormat } from './trace-format.js';
import { valueAt } from './column-block.js';
import { csvHeader, csvValue } from './csv-text.js';

/** What is written besides the arrivals. */
export interface TraceFacts {
  readonly name: string;
  /** At least the last arrival, ms. */
  readonly durationMs: number;
  readonly recipe?: Readonly<Record<string, unknown>>;
  readonly payloads?: readonly PayloadEntry[];
  /** The columns that the chunks have, in their order; absent: none. */
  readonly columns?: readonly ColumnSpec[];
  /** To what times are rounded; us unless given. */
  readonly precision?: 'us' | 'ns';
}

const NUMBERS_PER_LINE = 10;

/**
 * The text of a trace in pieces: the same facts and arrivals always give the same text. Times are rounded to 1 us (or 1 ns), so
 * that at most three (six) decimals are written; what is rounded stays sorted. `RangeError` for arrivals or a duration that could
 * not be read again. Payload indexes of the one-object format are held, 4 bytes each, until the times are written; for each column it
 * goes through the arrivals once more, which must be an iterable that gives them again.
 */
export function traceText(format: TraceFormat, facts: TraceFacts, arrivals: Iterable<ArrivalChunk>): Iterable<string> {
  const again = { [Symbol.iterator]: () => checked(facts, arrivals) };
  return { json: jsonText, jsonl: jsonlText, csv: csvText }[format](facts, again);
}

/** Steps of a ms to which times are rounded. */
function stepsOf({ precision = 'us' }: TraceFacts): number {
  return precision === 'us' ? 1000 : 1_000_000;
}

/** What comes first: the version that the trace needs, and what it declares. */
function versionOf({ columns = [] }: TraceFacts): number {
  return columns.length === 0 ? 1 : 1.1;
}

function typesOf({ columns = [] }: TraceFacts): Readonly<Record<string, string>> | undefined {
  return columns.length === 0 ? undefined : Object.fromEntries(columns.map(({ name, type }) => [name, type]));
}

function* jsonText(facts: TraceFacts, arrivals: Iterable<ArrivalChunk>): Generator<string> {
  const { columns = [] } = facts;
  const steps = stepsOf(facts);
  const durationMs = round(facts.durationMs, steps);
  yield `{\n"format": ${String(versionOf(facts))},\n"name": ${JSON.stringify(facts.name)},\n"durationMs": ${String(durationMs)},\n`;
  if (facts.recipe !== undefined) yield `"recipe": ${JSON.stringify(facts.recipe)},\n`;
  if (facts.payloads !== undefined) yield `"payloads": [\n${facts.payloads.map(entryText).join(',\n')}\n],\n`;
  if (columns.length > 0) yield `"columnTypes": ${JSON.stringify(typesOf(facts))},\n`;
  const held: (Uint32Array | number)[] = [];
  yield* listText('atMs', timesOf(arrivals, steps, held));
  if (held.some((part) => typeof part !== 'number')) {
    yield ',\n';
    yield* listText('payload', indexesOf(held));
  }
  for (const [i, { name }] of columns.entries()) {
    yield i === 0 ? ',\n"columns": {\n' : ',\n';
    yield* listText(name, textsOf(arrivals, i));
  }
  if (columns.length > 0) yield '\n}';
  yield '\n}\n';
}

/** `"key": [...]`, ten numbers to a line however they are dealt, so that a diff shows what changed. */
function* listText(key: string, parts: Iterable<Iterable<number | string>>): Generator<string> {
  yield `${JSON.stringify(key)}: [`;
  let count = 0;
  for (const part of parts) {
    let text = '';
    for (const value of part) {
      text += `${count === 0 ? '' : ','}${count % NUMBERS_PER_LINE === 0 ? '\n' : ' '}${String(value)}`;
      count++;
    }
    yield text;
  }
  yield '\n]';
}

/** The times; payload indexes go to `held`, a stretch of zeros as its length. */
function* timesOf(
  arrivals: Iterable<ArrivalChunk>,
  steps: number,
  held: (Uint32Array | number)[],
): Generator<Float64Array> {
  for (const { atMs, payload } of arrivals) {
    held.push(payload?.some((index) => index !== 0) === true ? payload.slice() : atMs.length);
    yield atMs.map((at) => round(at, steps));
  }
}

function* indexesOf(held: readonly (Uint32Array | number)[]): Generator<Uint32Array> {
  for (const part of held) yield typeof part === 'number' ? new Uint32Array(part) : part;
}

/** The values of one column as JSON. */
function* textsOf(arrivals: Iterable<ArrivalChunk>, column: number): Generator<readonly string[]> {
  for (const { atMs, columns } of arrivals)
    yield Array.from(atMs, (_, row) => JSON.stringify(valueAt(valuesOf(columns, column), row) ?? null));
}

function valuesOf(columns: readonly ColumnValues[] | undefined, column: number): ColumnValues {
  const values = columns?.[column];
  if (values === undefined) throw new RangeError('a chunk of arrivals lacks a column that is declared');
  return values;
}

function* jsonlText(facts: TraceFacts, arrivals: Iterable<ArrivalChunk>): Generator<string> {
  const { name, recipe, payloads, columns: specs = [] } = facts;
  const steps = stepsOf(facts);
  const durationMs = round(facts.durationMs, steps);
  const format = versionOf(facts);
  const header = JSON.stringify({ format, name, durationMs, recipe, columnTypes: typesOf(facts) });
  // A line end between the values of a payload would end the line.
  const table =
    payloads === undefined
      ? ''
      : `,"payloads":[${payloads
          .map(entryText)
          .join(',')
          .replace(/[\r\n]+/g, ' ')}]`;
  yield `${header.slice(0, -1)}${table}}\n`;
  const keys = specs.map((spec) => `,${JSON.stringify(spec.name)}:`);
  for (const { atMs, payload, columns } of arrivals) {
    const values = specs.map((_, column) => valuesOf(columns, column));
    let text = '';
    for (let row = 0; row < atMs.length; row++) {
      const index = payload?.[row] ?? 0;
      text += `{"at_ms":${String(round(atMs[row] as number, steps))}${index === 0 ? '' : `,"payload":${String(index)}`}`;
      for (const [column, key] of keys.entries()) {
        const value = valueAt(values[column] as ColumnValues, row);
        if (value !== undefined) text += key + JSON.stringify(value);
      }
      text += '}\n';
    }
    yield text;
  }
}

/** JSON that was read from a trace is written as it stood there. */
function entryText(entry: PayloadEntry): string {
  if (!('json' in entry) || !(entry.json instanceof JsonSource)) return JSON.stringify(entry);
  const { json, ...request } = entry;
  const rest = JSON.stringify(request).slice(1, -1);
  return `{"json":${json.text}${rest === '' ? '' : `,${rest}`}}`;
}

/** CSV has no place for a name, a duration, a recipe or payloads; it keeps the arrivals and their columns. */
function* csvText(facts: TraceFacts, arrivals: Iterable<ArrivalChunk>): Generator<string> {
  const { columns: specs = [] } = facts;
  const steps = stepsOf(facts);
  let indexed: boolean | undefined;
  for (const { atMs, payload, columns } of arrivals) {
    if (indexed === undefined) yield csvHeader(payload === undefined ? ['at_ms'] : ['at_ms', 'payload'], specs);
    indexed ??= payload !== undefined;
    if (!indexed && payload?.some((index) => index !== 0) === true)
      throw new RangeError('the first chunk of arrivals has no payload indexes, a later one has');
    const values = specs.map((_, column) => valuesOf(columns, column));
    let text = '';
    for (let row = 0; row < atMs.length; row++) {
      text += `${String(round(atMs[row] as number, steps))}${indexed ? `,${String(payload?.[row] ?? 0)}` : ''}`;
      for (const column of values) text += `,${csvValue(valueAt(column, row))}`;
      text += '\n';
    }
    yield text;
  }
}

/** Ms rounded to `steps` in each. */
function round(ms: number, steps: number): number {
  return Math.round(ms * steps) / steps;
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
