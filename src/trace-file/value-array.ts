import type { Fault } from './fault.js';
import { quoted } from './strict-json.js';
import { LINE_BYTES } from './trace-parser.js';

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;

/** The values of one JSON array of scalars and short lists, read behind its `[` out of chunks of bytes that are cut anywhere. */
export class ValueArray {
  readonly #name: string;
  readonly #onValue: (value: unknown, index: number) => void;
  readonly #fault: Fault;
  /** What follows the last comma so far. */
  #begun = Buffer.alloc(0);
  #depth = 0;
  #inString = false;
  #escaped = false;
  #count = 0;
  /** True behind the `]`. */
  done = false;

  constructor(name: string, onValue: (value: unknown, index: number) => void, fault: Fault) {
    this.#name = name;
    this.#onValue = onValue;
    this.#fault = fault;
  }

  get count(): number {
    return this.#count;
  }

  /** Reads on from `from`; returns where it stopped: behind the array, or at the end of the bytes. */
  take(bytes: Buffer, from: number): number {
    let lastComma = -1;
    let pos = from;
    for (; pos < bytes.length && !this.done; pos++) {
      const byte = bytes[pos] as number;
      if (this.#inString) this.#within(byte);
      else if (byte === QUOTE) this.#inString = true;
      else if (byte === COMMA && this.#depth === 0) lastComma = pos;
      else if (byte === 0x5b || byte === 0x7b) this.#depth++;
      else if (byte === 0x5d || byte === 0x7d) this.done = --this.#depth < 0;
    }
    this.#values(bytes, from, lastComma, pos);
    return pos;
  }

  #within(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }

  /** Passes on what ends at the last comma, or at the bracket, and holds the rest. */
  #values(bytes: Buffer, from: number, lastComma: number, to: number): void {
    if (this.done) {
      if (bytes[to - 1] !== 0x5d) throw this.#fault(`${this.#name}: a } stands where ] is due; correct it`);
      const rest = Buffer.concat([this.#begun, bytes.subarray(from, to - 1)]).toString();
      if (rest.trim() !== '' || this.#count > 0) this.#parse(rest);
      return;
    }
    if (lastComma >= 0) {
      this.#parse(Buffer.concat([this.#begun, bytes.subarray(from, lastComma)]).toString());
      this.#begun = Buffer.from(bytes.subarray(lastComma + 1, to));
    } else this.#begun = Buffer.concat([this.#begun, bytes.subarray(from, to)]);
    if (this.#begun.length > LINE_BYTES)
      throw this.#fault(`${this.#name}[${String(this.#count)}]: it is longer than 1 MiB; shorten it`);
  }

  #parse(text: string): void {
    for (const value of this.#parsed(text)) this.#onValue(value, this.#count++);
  }

  #parsed(text: string): readonly unknown[] {
    try {
      if (text.trim() !== '') return JSON.parse(`[${text}]`) as readonly unknown[];
    } catch {
      // Which value it is, is looked for only now.
    }
    throw this.#fault(this.#firstDefect(text));
  }

  /** The place of the first value that is no JSON, where commas cut the text into values. */
  #firstDefect(text: string): string {
    let index = this.#count;
    let piece = '';
    for (const part of text.split(',')) {
      piece = piece === '' ? part : `${piece},${part}`;
      if (isJson(piece)) {
        index++;
        piece = '';
      } else if (!/["[]/.test(piece)) break;
    }
    const shown = piece.trim().slice(0, 60);
    return `${this.#name}[${String(index)}]: ${shown === '' ? 'a value is missing; remove the comma' : `${quoted(shown)} is no value of JSON; correct it`}`;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
