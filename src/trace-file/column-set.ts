import type { ColumnSpec, ColumnType, TraceColumns } from '../trace.js';
import { closeArrivals, type ArrivalStoreOptions, type StoredArrivals } from './arrival-store.js';
import { ColumnBytes } from './column-bytes.js';
import { MOST_COLUMNS, nameDefect } from './column-rules.js';
import { ColumnWriter } from './column-writer.js';

/** As many arrivals as stay in memory have columns of this many bytes each there, and never more than MEMORY_BYTES in all. */
const BYTES_PER_ARRIVAL = 16;
const MEMORY_BYTES = 64 << 20;

/** The columns of a trace as they are read, by name. */
export class ColumnSet {
  readonly #bytes: ColumnBytes;
  readonly #writers = new Map<string, ColumnWriter>();
  readonly #ignored = new Map<string, string>();

  constructor({ spoolDir, memoryLimit = Infinity }: ArrivalStoreOptions, declared: readonly ColumnSpec[] = []) {
    this.#bytes = new ColumnBytes(spoolDir, Math.min(MEMORY_BYTES, memoryLimit * BYTES_PER_ARRIVAL));
    for (const { name, type } of declared) this.begin(name, type);
  }

  /** The column of that name, which is begun where it is new; undefined: it is one of those ignored. `rows`: arrivals before. */
  writer(name: string, rows: number, type?: ColumnType): ColumnWriter | undefined {
    const known = this.#writers.get(name);
    known?.fill(rows);
    if (known !== undefined || this.#ignored.has(name)) return known;
    if (this.#writers.size === MOST_COLUMNS) {
      this.ignore(name, `a trace has at most ${String(MOST_COLUMNS)} columns`);
      return undefined;
    }
    const defect = nameDefect(name);
    if (defect !== undefined) {
      this.ignore(name, defect);
      return undefined;
    }
    const writer = this.begin(name, type);
    writer.fill(rows);
    return writer;
  }

  begin(name: string, type: ColumnType | undefined): ColumnWriter {
    const writer = new ColumnWriter(name, type, this.#bytes);
    this.#writers.set(name, writer);
    return writer;
  }

  /** Forgets the column and names it among those ignored. */
  ignore(name: string, why: string): void {
    this.#writers.delete(name);
    if (this.#ignored.size < MOST_COLUMNS) this.#ignored.set(name, why);
  }

  get writers(): Iterable<ColumnWriter> {
    return this.#writers.values();
  }

  /** The arrivals with these columns; those that end before the last arrival lack the rest. */
  finishBeside(stored: StoredArrivals): StoredArrivals {
    try {
      const columns = this.#finish(stored.count);
      return columns === undefined ? stored : { ...stored, store: { ...stored.store, columns } };
    } catch (thrown) {
      closeArrivals(stored.store);
      throw thrown;
    }
  }

  discard(): void {
    this.#bytes.discard();
  }

  /** Undefined: there was none, and none was ignored. */
  #finish(rows: number): TraceColumns | undefined {
    for (const writer of this.#writers.values()) writer.fill(rows);
    const columns = [...this.#writers.values()].map((writer) => writer.finish());
    const ignored = [...this.#ignored].map(([name, why]) => ({ name, why }));
    if (columns.length === 0 && ignored.length === 0) return undefined;
    return { columns, ignored, bytes: this.#bytes.finish() };
  }
}
