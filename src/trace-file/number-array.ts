import { ARRIVAL_CHUNK } from './arrival-store.js';
import { JSON_NUMBER, parseDecimal } from './decimal.js';
import type { Fault } from './fault.js';
import { quoted } from './strict-json.js';

const SPACE = 32;
const COMMA = 44;
const CLOSE = 93;

const LONGEST_NUMBER = 1024;

/** Called with up to ARRIVAL_CHUNK numbers, in a buffer that is used again; `first` is the index of the first of them. */
export type OnNumbers = (numbers: Float64Array, first: number) => void;

/** The numbers of one JSON array, read from its `[` on out of chunks of bytes that are cut anywhere. */
export class NumberArray {
  /** What its value begins with. */
  readonly opens = 0x5b;
  readonly wants = 'it is no list; give numbers between [ and ]';
  readonly #name: string;
  readonly #fault: Fault;
  readonly #onNumbers: OnNumbers;
  readonly #block = new Float64Array(ARRIVAL_CHUNK);
  #rows = 0;
  #first = 0;
  #expects: 'first' | 'number' | 'comma' = 'first';
  /** True behind the `]`. */
  done = false;

  constructor(name: string, onNumbers: OnNumbers, fault: Fault) {
    this.#name = name;
    this.#onNumbers = onNumbers;
    this.#fault = fault;
  }

  /** Reads on from `from`; returns where it stopped: behind the array, or before what the chunk cuts off. */
  take(bytes: Uint8Array, from: number): number {
    let pos = from;
    while (pos < bytes.length && !this.done) {
      const byte = bytes[pos] as number;
      if (isSpace(byte)) pos++;
      else if (byte === COMMA || byte === CLOSE) pos = this.#separator(byte, pos);
      else {
        const end = endOfToken(bytes, pos);
        if (end - pos > LONGEST_NUMBER) throw this.#faultHere('it is no number; give numbers only');
        if (end === bytes.length) return pos;
        this.#number(bytes, pos, end);
        pos = end;
      }
    }
    return pos;
  }

  #number(bytes: Uint8Array, pos: number, end: number): void {
    if (this.#expects === 'comma') throw this.#faultHere('a comma is missing before it; add one');
    const value = parseDecimal(bytes, pos, end, 0, JSON_NUMBER);
    if (Number.isNaN(value))
      throw this.#faultHere(
        `${quoted(Buffer.from(bytes.subarray(pos, end)).toString())} is no number; give numbers only`,
      );
    this.#expects = 'comma';
    this.#block[this.#rows++] = value;
    if (this.#rows === ARRIVAL_CHUNK) this.#flush();
  }

  #separator(byte: number, pos: number): number {
    const allowed = this.#expects === 'comma' || (byte === CLOSE && this.#expects === 'first');
    if (!allowed) throw this.#faultHere('a number is missing; remove the comma');
    this.#expects = 'number';
    if (byte === CLOSE) {
      this.#flush();
      this.done = true;
    }
    return pos + 1;
  }

  #flush(): void {
    if (this.#rows > 0) this.#onNumbers(this.#block.subarray(0, this.#rows), this.#first);
    this.#first += this.#rows;
    this.#rows = 0;
  }

  /** Numbers before this one are passed on first, since an error in them comes first. */
  #faultHere(text: string): Error {
    this.#flush();
    return this.#fault(`${this.#name}[${String(this.#first)}]: ${text}`);
  }
}

/** JSON's own (RFC 8259, section 2). */
export function isSpace(byte: number): boolean {
  return byte === SPACE || byte === 10 || byte === 13 || byte === 9;
}

function endOfToken(bytes: Uint8Array, start: number): number {
  let pos = start;
  while (pos < bytes.length) {
    const byte = bytes[pos] as number;
    if (byte <= SPACE || byte === COMMA || byte === CLOSE) return pos;
    pos++;
  }
  return pos;
}
