import { ABSENT_WORD, type ColumnType, type ColumnValues } from '../trace.js';
import { MOST_LIST, MOST_TEXT } from '../trace-file/column-rules.js';

/** The values of one column of up to `rows` arrivals, before they are sorted. A row that is not set is absent. */
export class ColumnBuffer {
  readonly type: ColumnType;
  readonly #numbers: Float64Array;
  readonly #codes: Uint32Array;
  readonly #flags: Uint8Array;
  readonly #codeOf = new Map<string, number>();
  #words: string[] = [];
  readonly #lists: (readonly number[] | undefined)[];

  constructor(type: ColumnType, rows: number) {
    this.type = type;
    this.#numbers = new Float64Array(type === 'number' ? rows : 0).fill(NaN);
    this.#codes = new Uint32Array(type === 'text' ? rows : 0).fill(ABSENT_WORD);
    this.#flags = new Uint8Array(type === 'boolean' ? rows : 0).fill(2);
    this.#lists = type === 'numbers' ? new Array<undefined>(rows) : [];
  }

  setNumber(row: number, value: number): void {
    this.#numbers[row] = value + 0;
  }

  setText(row: number, text: string): void {
    let code = this.#codeOf.get(text);
    if (code === undefined) {
      code = this.#words.push(storable(text)) - 1;
      this.#codeOf.set(text, code);
    }
    this.#codes[row] = code;
  }

  setBoolean(row: number, value: boolean): void {
    this.#flags[row] = Number(value);
  }

  setNumbers(row: number, list: readonly number[]): void {
    this.#lists[row] = list.length > MOST_LIST ? list.slice(0, MOST_LIST) : list;
  }

  /** The value that a column of the same type has in row `from`; of another type: absent. */
  setFrom(row: number, values: ColumnValues, from: number): void {
    if (values.type === 'number' && this.type === 'number') this.#numbers[row] = values.values[from] as number;
    if (values.type === 'boolean' && this.type === 'boolean') this.#flags[row] = values.values[from] as number;
    if (values.type === 'text') {
      const word = values.words[values.codes[from] as number];
      if (word !== undefined) this.setText(row, word);
    }
    if (values.type === 'numbers' && values.present[from] === 1)
      this.#lists[row] = [...values.values.subarray(values.starts[from], values.starts[from + 1])];
  }

  /** The values of rows `order[from]` to `order[to - 1]`. */
  piece(order: Uint32Array, from: number, to: number): ColumnValues {
    const rows = order.subarray(from, to);
    const { type } = this;
    if (type === 'number') return { type, values: this.#numbersOf(rows) };
    if (type === 'boolean') return { type, values: Uint8Array.from(rows, (row) => this.#flags[row] as number) };
    if (type === 'text') return this.#texts(rows);
    return listsOf([...rows].map((row) => this.#lists[row]));
  }

  #numbersOf(rows: Uint32Array): Float64Array {
    const values = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) values[i] = this.#numbers[rows[i] as number] as number;
    return values;
  }

  /** All rows are absent again. */
  clear(): void {
    this.#numbers.fill(NaN);
    this.#codes.fill(ABSENT_WORD);
    this.#flags.fill(2);
    this.#codeOf.clear();
    this.#words = [];
    this.#lists.fill(undefined);
  }

  /** With a dictionary of those rows alone. */
  #texts(rows: Uint32Array): ColumnValues {
    const words: string[] = [];
    const mapped = new Map<number, number>();
    const codes = Uint32Array.from(rows, (row) => {
      const code = this.#codes[row] as number;
      if (code === ABSENT_WORD) return code;
      const known = mapped.get(code);
      if (known !== undefined) return known;
      mapped.set(code, words.length);
      return words.push(this.#words[code] ?? '') - 1;
    });
    return { type: 'text', codes, words };
  }
}

/** What every format of a trace can hold: no control characters, no half of a surrogate pair, at most MOST_TEXT long. */
function storable(text: string): string {
  return text
    .slice(0, MOST_TEXT)
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f]/g, '\ufffd');
}

function listsOf(lists: readonly (readonly number[] | undefined)[]): ColumnValues {
  const starts = new Uint32Array(lists.length + 1);
  for (const [i, list] of lists.entries()) starts[i + 1] = (starts[i] as number) + (list?.length ?? 0);
  return {
    type: 'numbers',
    starts,
    present: Uint8Array.from(lists, (list) => Number(list !== undefined)),
    values: Float64Array.from(lists.flatMap((list) => list ?? [])),
  };
}
