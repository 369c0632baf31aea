import { JSON_NUMBER, parseDecimal } from './decimal.js';
import type { TimeColumn } from './time-column.js';

const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Recognises the two usual lines, `{"at_ms":1.5}` and `{"at_ms":1.5,"payload":2}`, without making objects: six times
 * faster than `JSON.parse`. What it does not recognise may still be right.
 */
export class LineMatcher {
  readonly #time: Uint8Array;
  readonly #payload = Buffer.from('"payload"');
  readonly #shift: number;
  #bytes: Uint8Array = new Uint8Array();
  #pos = 0;
  #end = 0;
  /** Of the line matched last. */
  atMs = 0;
  payload = 0;

  constructor(column: TimeColumn) {
    this.#time = Buffer.from(JSON.stringify(column.name));
    this.#shift = column.shift;
  }

  match(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#pos = start;
    this.#end = end;
    this.payload = 0;
    if (!this.#byte(OPEN) || !this.#key(this.#time)) return false;
    this.atMs = this.#number(this.#shift);
    if (this.#byte(COMMA)) {
      if (!this.#key(this.#payload)) return false;
      this.payload = this.#number(0);
    }
    const known = this.atMs === this.atMs && this.payload === this.payload; // not NaN
    return known && this.#byte(CLOSE) && this.#spaces() === this.#end;
  }

  #spaces(): number {
    while (this.#pos < this.#end && (this.#bytes[this.#pos] === SPACE || this.#bytes[this.#pos] === TAB)) this.#pos++;
    return this.#pos;
  }

  #byte(byte: number): boolean {
    if (this.#spaces() === this.#end || this.#bytes[this.#pos] !== byte) return false;
    this.#pos++;
    return true;
  }

  #key(key: Uint8Array): boolean {
    this.#spaces();
    for (let i = 0; i < key.length; i++)
      if (this.#pos + i >= this.#end || this.#bytes[this.#pos + i] !== key[i]) return false;
    this.#pos += key.length;
    return this.#byte(COLON);
  }

  #number(shift: number): number {
    const start = this.#spaces();
    while (this.#pos < this.#end && isNumberByte(this.#bytes[this.#pos] as number)) this.#pos++;
    return parseDecimal(this.#bytes, start, this.#pos, shift, JSON_NUMBER);
  }
}

function isNumberByte(byte: number): boolean {
  return byte > SPACE && byte !== COMMA && byte !== CLOSE && byte !== QUOTE;
}
