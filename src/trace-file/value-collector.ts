import { MOST_DEPTH } from './strict-json.js';
import type { Fault } from './fault.js';

const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;
const COMMA = 44;
const COLON = 58;

/** Collects the bytes of one JSON value, read from its first byte on out of chunks that are cut anywhere. */
export class ValueCollector {
  readonly #limit: number;
  readonly #fault: Fault;
  #bytes = Buffer.alloc(256);
  #length = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** True behind the value. */
  done = false;

  /** `limit`: bytes that may be collected. */
  constructor(limit: number, fault: Fault) {
    this.#limit = limit;
    this.#fault = fault;
  }

  /** Reads on from `from`; returns where it stopped. */
  take(bytes: Uint8Array, from: number): number {
    let pos = from;
    while (pos < bytes.length && !this.done) {
      const byte = bytes[pos] as number;
      if (this.#inString) this.#within(byte);
      else if (this.#depth === 0 && endsScalar(byte) && this.#length + pos > from) {
        this.done = true;
        break;
      } else this.#outside(byte);
      pos++;
    }
    this.#keep(bytes, from, pos);
    return pos;
  }

  get collected(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #within(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) {
      this.#inString = false;
      this.done = this.#depth === 0;
    }
  }

  #outside(byte: number): void {
    if (byte === QUOTE) this.#inString = true;
    else if (isOpen(byte)) {
      this.#depth++;
      if (this.#depth > MOST_DEPTH)
        throw this.#fault(`it is nested deeper than ${String(MOST_DEPTH)} levels; flatten it`);
    } else if (isClose(byte) && this.#depth > 0) {
      this.#depth--;
      this.done = this.#depth === 0;
    }
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#limit)
      throw this.#fault('it holds more than 64 MiB besides its lists of numbers; move large payloads to files');
    if (length > this.#bytes.length)
      this.#bytes = Buffer.concat([this.collected], Math.max(length, 2 * this.#bytes.length));
    this.#bytes.set(bytes.subarray(from, to), this.#length);
    this.#length = length;
  }
}

function endsScalar(byte: number): boolean {
  return byte <= SPACE || byte === COMMA || byte === COLON || isClose(byte);
}

function isOpen(byte: number): boolean {
  return byte === 0x7b || byte === 0x5b;
}

function isClose(byte: number): boolean {
  return byte === 0x7d || byte === 0x5d;
}
