import { printable } from '../../errors.js';

/** A parsed JSON value whose numbers `N` are made by the caller. */
export type Json<N> = null | boolean | string | N | readonly Json<N>[] | { readonly [name: string]: Json<N> };

const MOST_DEPTH = 512;
const NUMBER = /-?(?:(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|Inf(?:inity)?)/y;
const WORDS = { t: ['true', true], f: ['false', false], n: ['null', null] } as const;

/** Above this, not every integer has a float32 of its own. */
const SMALL_INTEGER = 2 ** 24;

/**
 * A number as it is written. An integer above 2^24 is a bigint, so that no digit is lost; what has a point or an exponent
 * is the nearest double. Throws where a double would be infinite although the text is not.
 */
export function exactNumber(text: string): number | bigint {
  if (/^-?[NI]/.test(text)) return text.endsWith('NaN') ? NaN : text.startsWith('-') ? -Infinity : Infinity;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(`${printable(text, 40)} is larger than a 64-bit float`);
  return Math.abs(value) > SMALL_INTEGER && /^-?\d+$/.test(text) ? BigInt(text) : value;
}

/**
 * Parses JSON without rounding: `readNumber` receives each number as it is written, including NaN, Inf and Infinity with or
 * without a sign, which TensorFlow Serving reads as well. Throws an Error with the position of what is no JSON.
 */
export function parseExactJson<N>(text: string, readNumber: (text: string) => N): Json<N> {
  const reader = new Reader(text, readNumber);
  return reader.whole();
}

class Reader<N> {
  #at = 0;

  constructor(
    readonly text: string,
    readonly readNumber: (text: string) => N,
  ) {}

  whole(): Json<N> {
    const value = this.#value(0);
    if (this.#next() !== undefined) throw this.#unexpected();
    return value;
  }

  #value(depth: number): Json<N> {
    if (depth > MOST_DEPTH) throw new Error(`it is nested more than ${String(MOST_DEPTH)} deep`);
    const first = this.#next();
    if (first === '[') return this.#list(depth);
    if (first === '{') return this.#object(depth);
    if (first === '"') return this.#string();
    if (first === 't' || first === 'f' || first === 'n') return this.#word(first);
    return this.#number();
  }

  #list(depth: number): readonly Json<N>[] {
    const items: Json<N>[] = [];
    this.#at++;
    if (this.#next() === ']') return this.#behind(items);
    for (;;) {
      items.push(this.#value(depth + 1));
      if (this.#next() === ']') return this.#behind(items);
      this.#expect(',');
    }
  }

  #object(depth: number): { readonly [name: string]: Json<N> } {
    const members: [string, Json<N>][] = [];
    this.#at++;
    if (this.#next() === '}') return this.#behind({});
    for (;;) {
      if (this.#next() !== '"') throw this.#unexpected();
      const name = this.#string();
      this.#next();
      this.#expect(':');
      members.push([name, this.#value(depth + 1)]);
      if (this.#next() === '}') return this.#behind(Object.fromEntries(members));
      this.#expect(',');
    }
  }

  #string(): string {
    let end = this.#at + 1;
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1;
    const literal = this.text.slice(this.#at, end + 1);
    try {
      const value = JSON.parse(literal) as string;
      this.#at = end + 1;
      return value;
    } catch {
      throw this.#unexpected();
    }
  }

  #word(first: keyof typeof WORDS): boolean | null {
    const [word, value] = WORDS[first];
    if (!this.text.startsWith(word, this.#at)) throw this.#unexpected();
    this.#at += word.length;
    return value;
  }

  #number(): N {
    NUMBER.lastIndex = this.#at;
    const [literal] = NUMBER.exec(this.text) ?? [];
    if (literal === undefined) throw this.#unexpected();
    this.#at += literal.length;
    return this.readNumber(literal);
  }

  /** Skips white space. Returns the character that follows; undefined at the end. */
  #next(): string | undefined {
    for (; ; this.#at++) {
      const char = this.text[this.#at];
      if (char !== ' ' && char !== '\n' && char !== '\r' && char !== '\t') return char;
    }
  }

  #expect(char: string): void {
    if (this.text[this.#at] !== char) throw this.#unexpected();
    this.#at++;
  }

  #behind<T>(value: T): T {
    this.#at++;
    return value;
  }

  #unexpected(): Error {
    const found = this.text.slice(this.#at, this.#at + 20);
    const what = found === '' ? 'it ends too early' : `unexpected ${printable(JSON.stringify(found), 40)}`;
    return new Error(`it is no JSON: ${what} at character ${String(this.#at + 1)}`);
  }
}
