import type { Fault } from './fault.js';

const LF = 10;
const CR = 13;
const QUOTE = 34;

/** Called for each line: its bytes are `bytes[start, end)` without the line's end; `line` counts from 1. */
export type OnLine = (bytes: Buffer, start: number, end: number, line: number) => void;

export interface LineSplitterOptions {
  /** Whether a line's end between double quotes belongs to the line (RFC 4180). */
  readonly quotes: boolean;
  /** The longest first line and the longest other line, bytes. */
  readonly firstLimit: number;
  readonly limit: number;
  readonly fault: Fault;
}

/** Cuts chunks of bytes, however they are dealt, into lines ended by LF or CR LF. */
export class LineSplitter {
  readonly #options: LineSplitterOptions;
  readonly #onLine: OnLine;
  /** The pieces of a line that has not ended yet. */
  #begun: Buffer[] = [];
  #begunBytes = 0;
  #quoted = false;
  #line = 1;
  #nextLine = 1;

  constructor(options: LineSplitterOptions, onLine: OnLine) {
    this.#options = options;
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (byte === QUOTE && this.#options.quotes) this.#quoted = !this.#quoted;
      if (byte !== LF) continue;
      this.#nextLine++;
      if (this.#quoted) continue;
      this.#emit(chunk, start, i);
      start = i + 1;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
  }

  /** The last line may lack its end. */
  end(): void {
    if (this.#quoted) throw this.#options.fault(`line ${String(this.#line)}: a double quote is never closed; close it`);
    if (this.#begunBytes > 0) this.#emit(Buffer.alloc(0), 0, 0);
  }

  #hold(piece: Buffer): void {
    this.#begun.push(piece);
    this.#begunBytes += piece.length;
    this.#bound(this.#begunBytes);
  }

  #emit(chunk: Buffer, start: number, end: number): void {
    this.#bound(this.#begunBytes + end - start);
    if (this.#begunBytes === 0) {
      this.#tell(chunk, start, end);
    } else {
      const whole = Buffer.concat([...this.#begun, chunk.subarray(start, end)]);
      this.#begun = [];
      this.#begunBytes = 0;
      this.#tell(whole, 0, whole.length);
    }
    this.#line = this.#nextLine;
  }

  #tell(bytes: Buffer, start: number, end: number): void {
    const ended = end > start && bytes[end - 1] === CR ? end - 1 : end;
    this.#onLine(bytes, start, ended, this.#line);
  }

  #bound(length: number): void {
    const { limit, firstLimit, fault } = this.#options;
    const most = this.#line === 1 ? firstLimit : limit;
    if (length > most)
      throw fault(`line ${String(this.#line)}: it is longer than ${String(most >> 20)} MiB; break it up`);
  }
}
