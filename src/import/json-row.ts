import { sourceOf } from '../trace-file/json-sources.js';
import { isObject } from '../trace-file/trace-header.js';
import { readCount, type CountUnit } from './counted-time.js';
import type { FieldRow } from './field-row.js';
import { readDate, type Stamp } from './stamp.js';

/** A JSON object as a row: its columns are keys, or paths to nested ones such as `httpRequest.latency`. */
export class JsonRow implements FieldRow {
  readonly #paths: readonly (readonly string[])[];
  readonly count: number;
  place = 0;
  #object: unknown;
  /** The text that the object was read from; undefined where that is not at hand. */
  #text: string | undefined;

  constructor(names: readonly string[]) {
    this.#paths = names.map((name) => [name, ...(name.includes('.') ? name.split('.') : [])]);
    this.count = names.length;
  }

  set(object: unknown, place: number, text?: string): void {
    this.#object = object;
    this.place = place;
    this.#text = text;
  }

  text(at: number): string | undefined {
    const value = this.#value(at);
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string') return value;
    return typeof value === 'number' ? String(value) : JSON.stringify(value);
  }

  number(at: number): number {
    const value = this.#value(at);
    if (typeof value === 'number') return value;
    return typeof value === 'string' && /^\s*[+-]?[\d.]+(e[+-]?\d+)?\s*$/i.test(value) ? Number(value) : NaN;
  }

  numbers(at: number): readonly number[] | undefined {
    const value = this.#value(at);
    return Array.isArray(value) && value.every((one) => Number.isFinite(one)) ? (value as number[]) : undefined;
  }

  date(at: number, out: Stamp): boolean {
    const value = this.#value(at);
    if (typeof value !== 'string') return false;
    const bytes = Buffer.from(value.trim());
    return readDate(bytes, 0, bytes.length, out);
  }

  time(at: number, unit: CountUnit, out: Stamp): boolean {
    const value = this.#value(at);
    if (typeof value !== 'number' && typeof value !== 'string') return false;
    const bytes = Buffer.from(typeof value === 'string' ? value.trim() : this.#digits(value, at));
    return bytes.length > 0 && readCount(bytes, 0, bytes.length, unit, out);
  }

  #value(at: number): unknown {
    const [whole = '', ...path] = this.#paths[at] ?? [];
    if (!isObject(this.#object)) return undefined;
    if (path.length === 0 || Object.hasOwn(this.#object, whole)) return ownOf(this.#object, whole);
    return path.reduce<unknown>(ownOf, this.#object);
  }

  /** As it was written where a double cannot hold all its digits. */
  #digits(value: number, at: number): string {
    const [whole = '', ...path] = this.#paths[at] ?? [];
    const text = String(value);
    if (this.#text === undefined || text.replace(/\D/g, '').length < 16) return text;
    return path.length === 0 ? sourceOf(this.#text, whole) : path.reduce(sourceOf, this.#text);
  }
}

function ownOf(object: unknown, key: string): unknown {
  return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;
}
