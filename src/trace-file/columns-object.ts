import type { Fault } from './fault.js';
import { isSpace } from './number-array.js';
import { decodeUtf8, parseStrictJson, quoted } from './strict-json.js';
import { ValueArray } from './value-array.js';
import { ValueCollector } from './value-collector.js';

const CLOSE = 0x7d;
const BRACKET = 0x5b;
const QUOTE = 34;
const COLON = 58;
const COMMA = 44;
const KEY_BYTES = 4096;

type State = 'first-key' | 'key' | 'colon' | 'value' | 'comma';

/** An object of lists, `{"model": ["a", "b"], "turn": [1, null]}`, read behind its `{` out of chunks of bytes that are cut anywhere. */
export class ColumnsObject {
  /** What its value begins with. */
  readonly opens = 0x7b;
  readonly wants = 'it is no object; give a list of values to each column, {"model": ["a", "b"]}';
  readonly #begin: (name: string) => (value: unknown, index: number) => void;
  readonly #end: (name: string, count: number) => void;
  readonly #fault: Fault;
  readonly #seen = new Set<string>();
  #state: State = 'first-key';
  #name = '';
  #key: ValueCollector | undefined;
  #values: ValueArray | undefined;
  /** True behind the `}`. */
  done = false;

  /** `begin` is called at each column, and gives what takes its values; `end` behind them, with their number. */
  constructor(
    begin: (name: string) => (value: unknown, index: number) => void,
    end: (name: string, count: number) => void,
    fault: Fault,
  ) {
    this.#begin = begin;
    this.#end = end;
    this.#fault = fault;
  }

  /** Reads on from `from`; returns where it stopped: behind the object, or at the end of the bytes. */
  take(bytes: Buffer, from: number): number {
    let pos = from;
    while (pos < bytes.length && !this.done) {
      if (this.#key !== undefined) pos = this.#takeKey(this.#key, bytes, pos);
      else if (this.#values !== undefined) pos = this.#takeValues(this.#values, bytes, pos);
      else pos = this.#structure(bytes[pos] as number, pos);
    }
    return pos;
  }

  #structure(byte: number, pos: number): number {
    if (isSpace(byte)) return pos + 1;
    const state = this.#state;
    if (byte === QUOTE && (state === 'first-key' || state === 'key')) {
      this.#key = new ValueCollector(KEY_BYTES, this.#fault);
      return pos;
    }
    if (state === 'value') {
      if (byte !== BRACKET) throw this.#fault(`columns.${this.#name}: it is no list; give values between [ and ]`);
      this.#values = new ValueArray(`columns.${this.#name}`, this.#begin(this.#name), this.#fault);
    } else if (state === 'colon' && byte === COLON) this.#state = 'value';
    else if (state === 'comma' && byte === COMMA) this.#state = 'key';
    else if (byte === CLOSE && (state === 'comma' || state === 'first-key')) this.done = true;
    else
      throw this.#fault(
        `columns: ${quoted(String.fromCharCode(byte))} stands where ${WANTED[state]} is due; correct it`,
      );
    return pos + 1;
  }

  #takeKey(key: ValueCollector, bytes: Buffer, pos: number): number {
    const next = key.take(bytes, pos);
    if (!key.done) return next;
    this.#key = undefined;
    const text = decodeUtf8(key.collected);
    const parsed = text === undefined ? undefined : parseStrictJson(text);
    if (parsed?.ok !== true) throw this.#fault('columns: a name is no text of JSON; correct it');
    this.#name = String(parsed.value);
    if (this.#seen.has(this.#name)) throw this.#fault(`columns: the key ${quoted(this.#name)} occurs twice; keep one`);
    this.#seen.add(this.#name);
    this.#state = 'colon';
    return next;
  }

  #takeValues(values: ValueArray, bytes: Buffer, pos: number): number {
    const next = values.take(bytes, pos);
    if (!values.done) return next;
    this.#values = undefined;
    this.#end(this.#name, values.count);
    this.#state = 'comma';
    return next;
  }
}

const WANTED: Readonly<Record<State, string>> = {
  'first-key': 'the name of a column in double quotes',
  key: 'the name of a column in double quotes',
  colon: 'a colon',
  value: 'a list',
  comma: 'a comma or }',
};
