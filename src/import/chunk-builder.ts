import { ABSENT_BOOLEAN, ABSENT_WORD, type ColumnType, type ColumnValues } from '../trace.js';
import { ARRIVAL_CHUNK } from '../trace-file/arrival-store.js';

/** Sorted arrivals with the values of their columns; `keys` count ns from the base of the source. At most ARRIVAL_CHUNK of them. */
export interface SortedChunk {
  readonly keys: Float64Array;
  readonly columns: readonly ColumnValues[];
}

/** Puts rows of other chunks together to chunks of ARRIVAL_CHUNK rows. */
export class ChunkBuilder {
  readonly #columns: readonly ColumnGatherer[];
  #keys = new Float64Array(ARRIVAL_CHUNK);
  #rows = 0;

  constructor(types: readonly ColumnType[]) {
    this.#columns = types.map((type) => GATHERERS[type]());
  }

  /** Adds a row; a chunk when that made it full. */
  add(key: number, columns: readonly ColumnValues[], row: number): SortedChunk | undefined {
    this.#keys[this.#rows] = key;
    for (let i = 0; i < columns.length; i++) this.#columns[i]?.add(this.#rows, columns[i] as ColumnValues, row);
    return ++this.#rows === ARRIVAL_CHUNK ? this.take() : undefined;
  }

  /** The rows since the last chunk. */
  take(): SortedChunk | undefined {
    const rows = this.#rows;
    if (rows === 0) return undefined;
    this.#rows = 0;
    const keys = this.#keys.subarray(0, rows);
    this.#keys = new Float64Array(ARRIVAL_CHUNK);
    return { keys, columns: this.#columns.map((column) => column.take(rows)) };
  }
}

interface ColumnGatherer {
  add(at: number, from: ColumnValues, row: number): void;
  take(rows: number): ColumnValues;
}

const GATHERERS: Readonly<Record<ColumnType, () => ColumnGatherer>> = {
  number: () => {
    let values = new Float64Array(ARRIVAL_CHUNK);
    return {
      add(at, from, row) {
        values[at] = from.type === 'number' ? (from.values[row] as number) : NaN;
      },
      take(rows) {
        const taken = values.subarray(0, rows);
        values = new Float64Array(ARRIVAL_CHUNK);
        return { type: 'number', values: taken };
      },
    };
  },
  boolean: () => {
    let values = new Uint8Array(ARRIVAL_CHUNK);
    return {
      add(at, from, row) {
        values[at] = from.type === 'boolean' ? (from.values[row] as number) : ABSENT_BOOLEAN;
      },
      take(rows) {
        const taken = values.subarray(0, rows);
        values = new Uint8Array(ARRIVAL_CHUNK);
        return { type: 'boolean', values: taken };
      },
    };
  },
  text: gatheredTexts,
  numbers: gatheredLists,
};

function gatheredTexts(): ColumnGatherer {
  let codes = new Uint32Array(ARRIVAL_CHUNK);
  let codeOf = new Map<string, number>();
  return {
    add(at, from, row) {
      const word = from.type === 'text' ? from.words[from.codes[row] as number] : undefined;
      let code = word === undefined ? ABSENT_WORD : codeOf.get(word);
      if (code === undefined) codeOf.set(word as string, (code = codeOf.size));
      codes[at] = code;
    },
    take(rows) {
      const taken: ColumnValues = { type: 'text', codes: codes.subarray(0, rows), words: [...codeOf.keys()] };
      codes = new Uint32Array(ARRIVAL_CHUNK);
      codeOf = new Map();
      return taken;
    },
  };
}

function gatheredLists(): ColumnGatherer {
  let starts = new Uint32Array(ARRIVAL_CHUNK + 1);
  let present = new Uint8Array(ARRIVAL_CHUNK);
  let values: number[] = [];
  return {
    add(at, from, row) {
      present[at] = from.type === 'numbers' ? (from.present[row] as number) : 0;
      if (from.type === 'numbers' && present[at] === 1)
        for (const value of from.values.subarray(from.starts[row], from.starts[row + 1])) values.push(value);
      starts[at + 1] = values.length;
    },
    take(rows) {
      const taken: ColumnValues = {
        type: 'numbers',
        starts: starts.subarray(0, rows + 1),
        present: present.subarray(0, rows),
        values: Float64Array.from(values),
      };
      starts = new Uint32Array(ARRIVAL_CHUNK + 1);
      present = new Uint8Array(ARRIVAL_CHUNK);
      values = [];
      return taken;
    },
  };
}
