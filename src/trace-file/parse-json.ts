import { closeArrivals, type StoredArrivals } from './arrival-store.js';
import { ArrivalColumns, type ColumnName } from './arrival-columns.js';
import { ColumnSet } from './column-set.js';
import { isColumnValue, nameDefect } from './column-rules.js';
import { ColumnsObject } from './columns-object.js';
import { withJsonSources } from './json-sources.js';
import { NumberArray } from './number-array.js';
import { ObjectScanner, type StreamedValue } from './object-scanner.js';
import { quoted } from './strict-json.js';
import { checkColumnTypes, checkHeader, checkKey, traceKeys, type TraceHeader } from './trace-header.js';
import type { ParsedTrace, ParserOptions, TraceParser } from './trace-parser.js';

const NO_VALUE = 'it is neither number, text, boolean nor list of numbers';
const KEYS = traceKeys('atMs', 'payload', 'columns');

/** Reads the one-object format: `{"format": 1, "name": ..., "durationMs": ..., "atMs": [...]}`, keys in any order. */
export function jsonParser(options: ParserOptions): TraceParser {
  return new JsonParser(options);
}

class JsonParser implements TraceParser {
  readonly #options: ParserOptions;
  readonly #arrivals: ArrivalColumns;
  readonly #columns: ColumnSet;
  readonly #counts = new Map<string, number>();
  readonly #values = new Map<string, unknown>();
  readonly #seen = new Set<string>();
  readonly #scanner: ObjectScanner;
  #begun: { readonly name: ColumnName; readonly numbers: NumberArray } | undefined;

  constructor(options: ParserOptions) {
    this.#options = options;
    this.#arrivals = new ArrivalColumns(options);
    this.#columns = new ColumnSet(options);
    const key = (name: string): StreamedValue | undefined => this.#key(name);
    const value = (name: string, read: unknown, text: string): void => {
      this.#values.set(name, name === 'payloads' ? withJsonSources(read, text) : read);
    };
    this.#scanner = new ObjectScanner({ key, value }, options.fault);
  }

  push(bytes: Buffer): void {
    this.#scanner.push(bytes);
  }

  end(): ParsedTrace {
    const { fault } = this.#options;
    this.#scanner.end();
    this.#finishTimes();
    const header = checkHeader(this.#values, fault);
    if (header.name === undefined) throw fault('the key "name" is missing; add a short name');
    if (header.durationMs === undefined)
      throw fault('the key "durationMs" is missing; add the length of the trace in ms');
    this.#declare(header);
    const arrivals = this.#arrivals.finish();
    if (arrivals === undefined) throw fault('the key "atMs" is missing; add the times of the arrivals');
    return { header, arrivals: this.#withColumns(arrivals), highest: this.#arrivals.highest };
  }

  discard(): void {
    this.#arrivals.discard();
    this.#columns.discard();
  }

  #key(name: string): StreamedValue | undefined {
    const { fault } = this.#options;
    this.#finishTimes();
    checkKey(name, KEYS, fault);
    if (this.#seen.has(name)) throw fault(`the key ${quoted(name)} occurs twice; keep one`);
    this.#seen.add(name);
    if (name === 'columns') return this.#columnsObject();
    if (name !== 'atMs' && name !== 'payload') return undefined;
    this.#arrivals.begin();
    const numbers = new NumberArray(
      name,
      (block, first) => {
        this.#arrivals.add(name, block, first);
      },
      fault,
    );
    this.#begun = { name, numbers };
    return numbers;
  }

  #finishTimes(): void {
    if (this.#begun?.numbers.done !== true) return;
    this.#arrivals.finishColumn(this.#begun.name);
    this.#begun = undefined;
  }

  #columnsObject(): ColumnsObject {
    const { fault, maxArrivals } = this.#options;
    this.#values.set('columns', true);
    const types = checkColumnTypes(this.#values.get('columnTypes'), fault) ?? [];
    const begin = (name: string): ((value: unknown, index: number) => void) => {
      const defect = nameDefect(name);
      if (defect !== undefined) throw fault(`columns: ${defect}`);
      const column = this.#columns.writer(name, 0, types.find((declared) => declared.name === name)?.type);
      if (column === undefined) throw fault('columns: there are too many; keep those that you use');
      return (value, index) => {
        if (index >= maxArrivals) throw fault(`columns.${name}: it has more than ${String(maxArrivals)} values`);
        const wrong = value === null || isColumnValue(value) ? column.add(value ?? undefined) : NO_VALUE;
        if (wrong !== undefined) throw fault(`columns.${name}[${String(index)}]: ${wrong}`);
      };
    };
    return new ColumnsObject(begin, (name, count) => this.#counts.set(name, count), fault);
  }

  /** Types that stand behind the columns. */
  #declare({ columnTypes = [] }: TraceHeader): void {
    const { fault } = this.#options;
    for (const { name, type } of columnTypes) {
      if (!this.#counts.has(name)) throw fault(`columnTypes: there is no column ${quoted(name)}; remove it`);
      const defect = this.#columns.writer(name, 0)?.declare(type);
      if (defect !== undefined) throw fault(`columns.${name}: ${defect}`);
    }
  }

  #withColumns(arrivals: StoredArrivals): StoredArrivals {
    for (const [name, count] of this.#counts) {
      if (count === arrivals.count) continue;
      closeArrivals(arrivals.store);
      throw this.#options.fault(
        `columns.${name}: it has ${String(count)} values for ${String(arrivals.count)} arrivals; give one for each, null where it is not known`,
      );
    }
    return this.#columns.finishBeside(arrivals);
  }
}
