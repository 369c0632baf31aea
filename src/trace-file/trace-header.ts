import { printable } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { COLUMN_TYPES, type ColumnSpec } from '../trace.js';
import { MOST_AT_MS } from './arrival-rules.js';
import { isColumnType, MOST_COLUMNS, nameDefect } from './column-rules.js';
import type { Fault } from './fault.js';
import { quoted } from './strict-json.js';

/** What a trace says about itself besides its arrivals. */
export interface TraceHeader {
  readonly name?: string;
  /** Ms. */
  readonly durationMs?: number;
  readonly recipe?: Readonly<Record<string, unknown>>;
  /** The payload table as it was read; `resolvePayloads` checks it. */
  readonly payloads?: unknown;
  /** Columns whose types are declared, in their order. */
  readonly columnTypes?: readonly ColumnSpec[];
}

const MOST_NAME = 200;
const MOST_RECIPE = 64 << 10;
const HEADER_KEYS = ['format', 'name', 'durationMs', 'recipe', 'payloads', 'columnTypes'] as const;

/** Turns away a key that is not `known`, with a suggestion. */
export function checkKey(key: string, known: readonly string[], fault: Fault): void {
  if (known.includes(key)) return;
  const near = nearest(key, known);
  throw fault(
    `the key ${quoted(key)} is not known; ${near === undefined ? `these are: ${known.join(', ')}` : `did you mean ${quoted(near)}?`}`,
  );
}

/** The header keys and `more`. */
export function traceKeys(...more: readonly string[]): readonly string[] {
  return [...HEADER_KEYS, ...more];
}

/** Checks the facts that all formats share. `format` must be there, all others may be missing. */
export function checkHeader(raw: ReadonlyMap<string, unknown>, fault: Fault): TraceHeader {
  const format = raw.get('format');
  if (format === undefined) throw fault('the key "format" is missing; add "format": 1');
  if (format !== 1 && format !== 1.1)
    throw fault('format: only 1 and 1.1 are known here; write one of them, or use a newer version of replay');
  for (const key of ['columnTypes', 'columns'])
    if (format === 1 && raw.has(key)) throw fault(`${key}: format 1 has no columns; write "format": 1.1`);
  return {
    ...present('name', checkName(raw.get('name'), fault)),
    ...present('durationMs', checkDuration(raw.get('durationMs'), fault)),
    ...present('recipe', checkRecipe(raw.get('recipe'), fault)),
    ...present('payloads', raw.get('payloads')),
    ...present('columnTypes', checkColumnTypes(raw.get('columnTypes'), fault)),
  };
}

function checkName(name: unknown, fault: Fault): string | undefined {
  if (name === undefined) return undefined;
  const clean = typeof name === 'string' ? printable(name, MOST_NAME) : '';
  if (clean === '') throw fault('name: it must be a text that can be printed; give a short name');
  return clean;
}

function checkDuration(durationMs: unknown, fault: Fault): number | undefined {
  if (durationMs === undefined) return undefined;
  if (typeof durationMs !== 'number') throw fault('durationMs: it is no number; give the length of the trace in ms');
  if (!(durationMs >= 0 && durationMs <= MOST_AT_MS))
    throw fault('durationMs: it must lie between 0 and 1e12; give the length of the trace in ms');
  return durationMs;
}

function checkRecipe(recipe: unknown, fault: Fault): Readonly<Record<string, unknown>> | undefined {
  if (recipe === undefined) return undefined;
  if (!isObject(recipe)) throw fault('recipe: it is no object; describe how the trace was made with keys and values');
  const bad = badKey(recipe);
  if (bad !== undefined) throw fault(`recipe: the key ${quoted(bad)} is not allowed; rename it`);
  if (JSON.stringify(recipe).length > MOST_RECIPE) throw fault('recipe: it is longer than 64 KiB; shorten it');
  return recipe;
}

/** `{"model": "text"}`: the types of columns. */
export function checkColumnTypes(types: unknown, fault: Fault): readonly ColumnSpec[] | undefined {
  if (types === undefined) return undefined;
  if (!isObject(types)) throw fault('columnTypes: it is no object; give a type to each column, {"model": "text"}');
  const entries = Object.entries(types);
  if (entries.length > MOST_COLUMNS) throw fault(`columnTypes: there are more than ${String(MOST_COLUMNS)} columns`);
  return entries.map(([name, type]) => {
    const defect = nameDefect(name);
    if (defect !== undefined) throw fault(`columnTypes: ${defect}`);
    if (!isColumnType(type))
      throw fault(`columnTypes: the type of ${quoted(name)} is not known; give ${COLUMN_TYPES.join(', ')}`);
    return { name, type };
  });
}

/** Keys that could change the prototype of an object they are copied to. */
function badKey(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__' || key === 'constructor') return key;
    const deeper = badKey(inner);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function present<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}
