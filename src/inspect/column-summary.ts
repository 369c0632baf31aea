import { seededRandom, type Random } from '../generator/random.js';
import type { ArrivalChunk, ColumnType, ColumnValues, TraceColumn } from '../trace.js';
import { quantileOf } from './rate-series.js';

/** What the values of a column are like. */
export interface ColumnSummary {
  readonly name: string;
  readonly type: ColumnType;
  /** Arrivals with a value. */
  readonly present: number;
  readonly absent: number;
  /** Of numbers, and of how long lists are; null where there are none. */
  readonly numbers: ColumnQuantiles | null;
  /** The most frequent texts or truth values. */
  readonly top: readonly { readonly value: string; readonly share: number }[];
  /** Different texts; null where there are more than are counted. */
  readonly distinct: number | null;
}

interface ColumnQuantiles {
  readonly mean: number;
  readonly least: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly most: number;
}

/** Quantiles beyond are of a random sample. */
const MOST_KEPT = 200_000;
const MOST_DISTINCT = 20_000;
const TOP = 5;

export function summariseColumns(columns: readonly TraceColumn[], chunks: Iterable<ArrivalChunk>): ColumnSummary[] {
  if (columns.length === 0) return [];
  const folds = columns.map(({ name }) => new ColumnFold(seededRandom(`column ${name}`)));
  for (const chunk of chunks) chunk.columns?.forEach((values, i) => folds[i]?.take(values));
  return columns.map(({ name, type, absent }, i) => ({ name, type, absent, ...(folds[i] as ColumnFold).finish() }));
}

class ColumnFold {
  readonly #random: Random;
  readonly #kept: number[] = [];
  readonly #words = new Map<string, number>();
  #overflowed = false;
  #seen = 0;
  #present = 0;
  #sum = 0;
  #least = Infinity;
  #most = -Infinity;

  constructor(random: Random) {
    this.#random = random;
  }

  take(values: ColumnValues): void {
    switch (values.type) {
      case 'number':
        for (const value of values.values) if (!Number.isNaN(value)) this.#number(value);
        break;
      case 'numbers':
        values.present.forEach((is, i) => {
          if (is !== 0) this.#number((values.starts[i + 1] as number) - (values.starts[i] as number));
        });
        break;
      case 'boolean':
        for (const value of values.values) if (value < 2) this.#word(String(value === 1));
        break;
      case 'text':
        for (const code of values.codes) {
          const word = values.words[code];
          if (word !== undefined) this.#word(word);
        }
    }
  }

  #number(value: number): void {
    this.#present++;
    this.#seen++;
    this.#sum += value;
    this.#least = Math.min(this.#least, value);
    this.#most = Math.max(this.#most, value);
    if (this.#kept.length < MOST_KEPT) this.#kept.push(value);
    else {
      const place = this.#random.below(this.#seen);
      if (place < MOST_KEPT) this.#kept[place] = value;
    }
  }

  #word(word: string): void {
    this.#present++;
    const count = this.#words.get(word);
    if (count === undefined && this.#words.size >= MOST_DISTINCT) this.#overflowed = true;
    else this.#words.set(word, (count ?? 0) + 1);
  }

  finish(): Omit<ColumnSummary, 'name' | 'type' | 'absent'> {
    const sorted = Float64Array.from(this.#kept).sort();
    const top = [...this.#words].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, TOP);
    return {
      present: this.#present,
      numbers:
        this.#seen === 0
          ? null
          : {
              mean: this.#sum / this.#seen,
              least: this.#least,
              p50: quantileOf(sorted, 0.5),
              p90: quantileOf(sorted, 0.9),
              p99: quantileOf(sorted, 0.99),
              most: this.#most,
            },
      top: top.map(([value, count]) => ({ value, share: count / this.#present })),
      distinct: this.#overflowed ? null : this.#words.size,
    };
  }
}
