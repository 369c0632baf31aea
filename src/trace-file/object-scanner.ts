import type { Fault } from './fault.js';
import { isSpace } from './number-array.js';
import { decodeUtf8, parseStrictJson, quoted } from './strict-json.js';
import { VALUE_BYTES } from './trace-parser.js';
import { ValueCollector } from './value-collector.js';

const OPEN = 0x7b;
const CLOSE = 0x7d;
const QUOTE = 34;
const COLON = 58;
const COMMA = 44;
/** The byte order mark that some editors put first. */
const MARK = [0xef, 0xbb, 0xbf];

/** A value that goes by in blocks. */
export interface StreamedValue {
  /** The byte with which it begins, and what is wrong where another stands there. */
  readonly opens: number;
  readonly wants: string;
  /** Reads on from `from`, behind the byte with which it begins; returns where it stopped: behind it, or before what the chunk cuts off. */
  take(bytes: Buffer, from: number): number;
  /** True behind it. */
  readonly done: boolean;
}

export interface ObjectHandlers {
  /** Called at each key, before its value. What it returns takes the value; undefined: the value is passed on whole. */
  key(name: string): StreamedValue | undefined;
  /** `text`: what the value was read from. */
  value(name: string, value: unknown, text: string): void;
}

type State = 'open' | 'first-key' | 'key' | 'colon' | 'value' | 'collect' | 'streamed' | 'comma' | 'end';

/**
 * Reads one JSON object out of chunks of bytes that are cut anywhere. Lists of numbers and columns go by in blocks; every other
 * value is held, and all of them together are bounded by VALUE_BYTES.
 */
export class ObjectScanner {
  readonly #handlers: ObjectHandlers;
  readonly #fault: Fault;
  #state: State = 'open';
  /** Begin of a number that the last chunk cut off. */
  #cut = Buffer.alloc(0);
  #offset = 0;
  #name = '';
  #left = VALUE_BYTES;
  #collector: ValueCollector | undefined;
  #readsKey = false;
  #streamed: StreamedValue | undefined;

  constructor(handlers: ObjectHandlers, fault: Fault) {
    this.#handlers = handlers;
    this.#fault = fault;
  }

  push(chunk: Buffer): void {
    const bytes = this.#cut.length === 0 ? chunk : Buffer.concat([this.#cut, chunk]);
    let pos = this.#offset === 0 ? markLength(bytes) : 0;
    while (pos < bytes.length && (this.#offset > 0 || bytes.length >= MARK.length)) {
      const next = this.#advance(bytes, pos);
      if (next === pos && this.#state === 'streamed' && this.#streamed?.done === false) break;
      pos = next;
    }
    this.#cut = Buffer.from(bytes.subarray(pos));
    this.#offset += pos;
  }

  /** Turns away an object that is not complete. */
  end(): void {
    if (this.#state === 'open' && this.#cut.length === 0) throw this.#fault('it is empty; write a trace into it');
    if (this.#state !== 'end')
      throw this.#fault(
        `it ends in the middle${this.#name === '' ? '' : `, at the key ${quoted(this.#name)}`}; fetch or write it again`,
      );
  }

  #advance(bytes: Buffer, pos: number): number {
    if (this.#collector !== undefined) return this.#collect(this.#collector, bytes, pos);
    if (this.#streamed !== undefined) return this.#takeStreamed(this.#streamed, bytes, pos);
    const byte = bytes[pos] as number;
    if (isSpace(byte)) return pos + 1;
    return this.#structure(byte, pos);
  }

  /** One byte that is neither space nor inside a value. */
  #structure(byte: number, pos: number): number {
    const state = this.#state;
    if (state === 'open' && byte === OPEN) this.#state = 'first-key';
    else if (state === 'first-key' && byte === CLOSE) this.#state = 'end';
    else if ((state === 'first-key' || state === 'key') && byte === QUOTE) return this.#begin(true, pos);
    else if (state === 'colon' && byte === COLON) this.#state = 'value';
    else if (state === 'value') return this.#beginValue(byte, pos);
    else if (state === 'comma' && byte === COMMA) this.#state = 'key';
    else if (state === 'comma' && byte === CLOSE) this.#state = 'end';
    else throw this.#fault(this.#defect(byte, pos));
    return pos + 1;
  }

  #beginValue(byte: number, pos: number): number {
    const streamed = this.#handlers.key(this.#name);
    if (streamed === undefined) return this.#begin(false, pos);
    if (byte !== streamed.opens) throw this.#fault(`${this.#name}: ${streamed.wants}`);
    this.#streamed = streamed;
    this.#state = 'streamed';
    return pos + 1;
  }

  #begin(readsKey: boolean, pos: number): number {
    this.#collector = new ValueCollector(this.#left, this.#fault);
    this.#readsKey = readsKey;
    this.#state = 'collect';
    return pos;
  }

  #takeStreamed(streamed: StreamedValue, bytes: Buffer, pos: number): number {
    const next = streamed.take(bytes, pos);
    if (streamed.done) {
      this.#streamed = undefined;
      this.#state = 'comma';
    }
    return next;
  }

  #collect(collector: ValueCollector, bytes: Buffer, pos: number): number {
    const next = collector.take(bytes, pos);
    if (!collector.done) return next;
    this.#collector = undefined;
    this.#left -= collector.collected.length;
    const { value, text } = this.#parse(collector.collected);
    if (this.#readsKey) this.#name = String(value);
    else this.#handlers.value(this.#name, value, text);
    this.#state = this.#readsKey ? 'colon' : 'comma';
    return next;
  }

  #parse(collected: Buffer): { readonly value: unknown; readonly text: string } {
    const where = this.#readsKey ? 'a key' : this.#name;
    const text = decodeUtf8(collected);
    if (text === undefined) throw this.#fault(`${where}: it is not UTF-8; save the file as UTF-8`);
    const parsed = parseStrictJson(text);
    if (!parsed.ok) throw this.#fault(`${where}: ${parsed.why}`);
    return { value: parsed.value, text };
  }

  #defect(byte: number, pos: number): string {
    const at = `byte ${String(this.#offset + pos)} is ${quoted(String.fromCharCode(byte))}`;
    if (this.#state === 'open') return `${at}, but a trace in JSON begins with {; see docs/trace-format.md`;
    if (this.#state === 'end')
      return `${at}, behind the end of the object; remove it (one object per line belongs in a .jsonl)`;
    const wanted =
      { 'first-key': 'a key in double quotes', key: 'a key in double quotes', colon: 'a colon' }[
        this.#state as string
      ] ?? 'a comma or }';
    return `${at}, where ${wanted} is due${this.#name === '' ? '' : `, after the key ${quoted(this.#name)}`}; correct it`;
  }
}

function markLength(bytes: Buffer): number {
  return MARK.every((byte, i) => bytes[i] === byte) ? MARK.length : 0;
}
