import { ArrivalColumns, type ColumnName } from './arrival-columns.js';
import { withJsonSources } from './json-sources.js';
import { NumberArray } from './number-array.js';
import { ObjectScanner } from './object-scanner.js';
import { quoted } from './strict-json.js';
import { checkHeader, checkKey, traceKeys } from './trace-header.js';
import type { ParsedTrace, ParserOptions, TraceParser } from './trace-parser.js';

const KEYS = traceKeys('atMs', 'payload');

/** Reads the one-object format: `{"format": 1, "name": ..., "durationMs": ..., "atMs": [...]}`, keys in any order. */
export function jsonParser(options: ParserOptions): TraceParser {
  const { fault } = options;
  const columns = new ArrivalColumns(options);
  const values = new Map<string, unknown>();
  const seen = new Set<string>();
  let begun: { readonly name: ColumnName; readonly numbers: NumberArray } | undefined;

  const finishColumn = (): void => {
    if (begun?.numbers.done === true) columns.finishColumn(begun.name);
    if (begun?.numbers.done === true) begun = undefined;
  };
  const key = (name: string): NumberArray | undefined => {
    finishColumn();
    checkKey(name, KEYS, fault);
    if (seen.has(name)) throw fault(`the key ${quoted(name)} occurs twice; keep one`);
    seen.add(name);
    if (name !== 'atMs' && name !== 'payload') return undefined;
    columns.begin();
    const numbers = new NumberArray(
      name,
      (block, first) => {
        columns.add(name, block, first);
      },
      fault,
    );
    begun = { name, numbers };
    return numbers;
  };
  const value = (name: string, read: unknown, text: string): void => {
    values.set(name, name === 'payloads' ? withJsonSources(read, text) : read);
  };
  const scanner = new ObjectScanner({ key, value }, fault);

  const end = (): ParsedTrace => {
    scanner.end();
    finishColumn();
    const header = checkHeader(values, fault);
    if (header.name === undefined) throw fault('the key "name" is missing; add a short name');
    if (header.durationMs === undefined)
      throw fault('the key "durationMs" is missing; add the length of the trace in ms');
    const arrivals = columns.finish();
    if (arrivals === undefined) throw fault('the key "atMs" is missing; add the times of the arrivals');
    return { header, arrivals, highest: columns.highest };
  };
  return {
    push: (bytes) => {
      scanner.push(bytes);
    },
    end,
    discard: () => {
      columns.discard();
    },
  };
}
