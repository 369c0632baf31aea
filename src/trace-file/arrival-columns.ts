import {
  ARRIVAL_CHUNK,
  arrivalStoreWriter,
  closeArrivals,
  readArrivals,
  type ArrivalStoreWriter,
  type StoredArrivals,
} from './arrival-store.js';
import type { ArrivalChunk } from '../trace.js';
import { isPayloadIndex, mayFollow, PAYLOAD_DEFECT, timeDefect, tooMany } from './arrival-rules.js';
import type { HighestPayload, ParserOptions } from './trace-parser.js';

export type ColumnName = 'atMs' | 'payload';

/**
 * Arrivals whose times and payload indexes come one column after the other, in either order and each too long to hold.
 * The first column is stored as arrivals that lack the other; the second is joined with it block by block as it comes.
 */
export class ArrivalColumns {
  readonly #options: ParserOptions;
  #writer: ArrivalStoreWriter | undefined;
  #first: { readonly name: ColumnName; readonly stored: StoredArrivals } | undefined;
  #partner: Iterator<ArrivalChunk> | undefined;
  #complete: StoredArrivals | undefined;
  #lastMs = 0;
  #highest = 0;
  #highestAt = 0;

  constructor(options: ParserOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#writer = arrivalStoreWriter(this.#options);
    this.#partner = this.#first === undefined ? undefined : readArrivals(this.#first.stored.store)[Symbol.iterator]();
  }

  /** The next numbers of the column begun; blocks must be as long as chunks of a store are. */
  add(name: ColumnName, numbers: Float64Array, first: number): void {
    if (first + numbers.length > this.#options.maxArrivals)
      throw this.#options.fault(tooMany(this.#options.maxArrivals));
    const chunk =
      name === 'atMs' ? { atMs: this.#checkTimes(numbers, first) } : { payload: this.#checkPayloads(numbers, first) };
    const joined = { atMs: ZEROS.subarray(0, numbers.length), ...this.#partnerOf(numbers.length), ...chunk };
    this.#writer?.appendChunk(joined.atMs, joined.payload);
  }

  finishColumn(name: ColumnName): void {
    const stored = this.#writer?.finish();
    this.#writer = undefined;
    if (this.#first === undefined) {
      if (stored !== undefined) this.#first = { name, stored };
      return;
    }
    this.#complete = stored;
    if (this.#complete?.count !== this.#first.stored.count) throw this.#unequal();
    closeArrivals(this.#first.stored.store);
    this.#first = undefined;
  }

  get highest(): HighestPayload {
    return { index: this.#highest, place: `payload[${String(this.#highestAt)}]` };
  }

  /** The arrivals; undefined when no times came. They are the caller's to close. */
  finish(): StoredArrivals | undefined {
    const stored = this.#complete ?? (this.#first?.name === 'atMs' ? this.#first.stored : undefined);
    if (stored === undefined) return undefined;
    this.#complete = undefined;
    this.#first = undefined;
    return stored;
  }

  discard(): void {
    this.#writer?.discard();
    for (const stored of [this.#first?.stored, this.#complete]) if (stored !== undefined) closeArrivals(stored.store);
    this.#writer = undefined;
    this.#first = undefined;
    this.#complete = undefined;
  }

  #checkTimes(times: Float64Array, first: number): Float64Array {
    let previousMs = this.#lastMs;
    for (let i = 0; i < times.length; i++) {
      const atMs = times[i] as number;
      if (!mayFollow(atMs, previousMs))
        throw this.#options.fault(`atMs[${String(first + i)}]: ${timeDefect(atMs, previousMs)}`);
      previousMs = atMs;
    }
    this.#lastMs = previousMs;
    return times;
  }

  #checkPayloads(indexes: Float64Array, first: number): Uint32Array {
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i] as number;
      if (!isPayloadIndex(index)) throw this.#options.fault(`payload[${String(first + i)}]: ${PAYLOAD_DEFECT}`);
      if (index <= this.#highest) continue;
      this.#highest = index;
      this.#highestAt = first + i;
    }
    return Uint32Array.from(indexes);
  }

  #partnerOf(rows: number): Partial<ArrivalChunk> {
    if (this.#partner === undefined) return {};
    const next = this.#partner.next();
    if (next.done === true || next.value.atMs.length !== rows) throw this.#unequal();
    return next.value;
  }

  #unequal(): Error {
    return this.#options.fault('payload: it is not as long as atMs; give one index for each arrival');
  }
}

const ZEROS = new Float64Array(ARRIVAL_CHUNK);
