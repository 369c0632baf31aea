import type { Fault } from '../trace-file/fault.js';
import { decodeUtf8, parseStrictJson } from '../trace-file/strict-json.js';

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN = 123;
const CLOSE = 125;
const LF = 10;
const SPACE = 32;
const MOST_BYTES = 16 << 20;

/** Cuts bytes, however they are dealt, into JSON objects: one behind the other, as in JSON lines, or between the brackets of one list. */
export class JsonObjects {
  readonly #fault: Fault;
  readonly #onObject: (object: unknown, line: number, text: string) => void;
  #rest = Buffer.alloc(0);
  /** Where scanning goes on in `#rest`; the object begun there, and the line that it begins on. */
  #depth = 0;
  #inText = false;
  #escaped = false;
  #line = 1;
  #objectLine = 1;
  #list: 'none' | 'open' | 'closed' = 'none';
  #objects = 0;

  constructor(fault: Fault, onObject: (object: unknown, line: number, text: string) => void) {
    this.#fault = fault;
    this.#onObject = onObject;
  }

  push(chunk: Buffer): void {
    const from = this.#rest.length;
    const bytes = from === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = this.#depth > 0 ? 0 : bytes.length;
    for (let i = from; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (byte === LF) this.#line++;
      if (this.#depth === 0) {
        if (byte === OPEN) {
          start = i;
          this.#objectLine = this.#line;
          this.#depth = 1;
        } else if (byte > SPACE) this.#between(byte);
      } else if (this.#inside(byte)) {
        this.#tell(bytes.subarray(start, i + 1));
        start = bytes.length;
      }
    }
    this.#rest = this.#depth > 0 ? Buffer.from(bytes.subarray(start)) : Buffer.alloc(0);
    if (this.#rest.length > MOST_BYTES)
      throw this.#fault(`line ${String(this.#objectLine)}: an object is larger than 16 MiB; close its bracket`);
  }

  end(): void {
    if (this.#depth > 0)
      throw this.#fault(`line ${String(this.#objectLine)}: the object is never closed; fetch the file again`);
    if (this.#list === 'open') throw this.#fault('the list of objects is never closed; fetch the file again');
  }

  /** Whether the byte closes the object. */
  #inside(byte: number): boolean {
    if (this.#escaped) this.#escaped = false;
    else if (this.#inText) {
      if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inText = false;
    } else if (byte === QUOTE) this.#inText = true;
    else if (byte === OPEN || byte === OPEN_LIST) this.#depth++;
    else if (byte === CLOSE || byte === CLOSE_LIST) return --this.#depth === 0;
    return false;
  }

  #between(byte: number): void {
    if (byte === OPEN_LIST && this.#list === 'none' && this.#objects === 0) this.#list = 'open';
    else if (byte === CLOSE_LIST && this.#list === 'open') this.#list = 'closed';
    else if (byte !== COMMA || this.#list !== 'open')
      throw this.#fault(
        `line ${String(this.#line)}: ${JSON.stringify(String.fromCharCode(byte))} stands between the objects; write a JSON object on each line`,
      );
  }

  #tell(bytes: Buffer): void {
    const place = `line ${String(this.#objectLine)}`;
    const text = decodeUtf8(bytes);
    if (text === undefined) throw this.#fault(`${place}: it is not UTF-8; save the file as UTF-8`);
    const parsed = parseStrictJson(text);
    if (!parsed.ok) throw this.#fault(`${place}: ${parsed.why}`);
    this.#objects++;
    this.#onObject(parsed.value, this.#objectLine, text);
  }
}

/** Names of all values of an object: its keys, and of nested objects the paths to their keys. */
export function pathsOf(object: Readonly<Record<string, unknown>>, depth = 3): string[] {
  return Object.entries(object).flatMap(([key, value]) => {
    if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return [key];
    return [key, ...pathsOf(value as Readonly<Record<string, unknown>>, depth - 1).map((path) => `${key}.${path}`)];
  });
}
