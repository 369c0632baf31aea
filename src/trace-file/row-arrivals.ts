import { arrivalStoreWriter, type ArrivalStoreWriter, type StoredArrivals } from './arrival-store.js';
import { isPayloadIndex, mayFollow, PAYLOAD_DEFECT, timeDefect, tooMany } from './arrival-rules.js';
import { ColumnSet } from './column-set.js';
import type { HighestPayload, ParserOptions } from './trace-parser.js';

/** The arrivals of a format with one line for each, checked as they come. */
export class RowArrivals {
  readonly #options: ParserOptions;
  readonly #writer: ArrivalStoreWriter;
  /** What else rows hold; a value is added before its arrival is. */
  readonly columns: ColumnSet;
  #count = 0;
  #lastMs = 0;
  #highest = 0;
  #highestLine = 0;

  constructor(options: ParserOptions) {
    this.#options = options;
    this.#writer = arrivalStoreWriter(options);
    this.columns = new ColumnSet(options);
  }

  /** `column` names the time's column for the error; NaN stands for what is no number. */
  add(atMs: number, payload: number, line: number, column: string): void {
    if (!mayFollow(atMs, this.#lastMs)) throw this.#fault(line, column, timeDefect(atMs, this.#lastMs));
    if (!isPayloadIndex(payload)) throw this.#fault(line, 'payload', PAYLOAD_DEFECT);
    if (this.#count === this.#options.maxArrivals) throw this.#options.fault(tooMany(this.#count));
    if (payload > this.#highest) {
      this.#highest = payload;
      this.#highestLine = line;
    }
    this.#count++;
    this.#lastMs = atMs;
    this.#writer.append(atMs, payload);
  }

  /** Arrivals so far. */
  get count(): number {
    return this.#count;
  }

  get highest(): HighestPayload {
    return { index: this.#highest, place: `line ${String(this.#highestLine)}, payload` };
  }

  finish(): StoredArrivals {
    return this.columns.finishBeside(this.#writer.finish());
  }

  discard(): void {
    this.#writer.discard();
    this.columns.discard();
  }

  #fault(line: number, column: string, text: string): Error {
    return this.#options.fault(`line ${String(line)}, ${column}: ${text}`);
  }
}
