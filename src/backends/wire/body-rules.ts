import { printable } from '../../errors.js';
import type { BodyReader } from './body-reader.js';
import { brokenJsonRule, type JsonRule } from './json-rule.js';

/** What a body has to be; all of it together. Plain data. */
export interface BodyRules {
  /** Texts that it holds, and that it does not hold: compared as UTF-8, byte by byte. */
  readonly holds: readonly string[];
  readonly lacks: readonly string[];
  readonly notEmpty: boolean;
  readonly json: readonly JsonRule[];
}

/** A rule about JSON reads bodies of at most this size, since it needs them whole. */
export const JSON_BYTES = 1 << 20;

export function hasBodyRules({ holds, lacks, notEmpty, json }: BodyRules): boolean {
  return notEmpty || holds.length + lacks.length + json.length > 0;
}

/** Makes readers of bodies as they are meant: what a Content-Encoding did to them is undone. */
export function bodyRulesReader({ holds, lacks, notEmpty, json }: BodyRules): () => RulesReader {
  const held = holds.map((text) => new Needle(text));
  const lacked = lacks.map((text) => new Needle(text));
  const longest = Math.max(1, ...[...held, ...lacked].map(({ bytes }) => bytes.length));
  return () =>
    new RulesReader(
      held.map((needle) => new Search(needle)),
      lacked.map((needle) => new Search(needle)),
      longest,
      notEmpty,
      json,
    );
}

class Needle {
  readonly bytes: Buffer;

  constructor(readonly text: string) {
    this.bytes = Buffer.from(text, 'utf8');
  }
}

class Search {
  found = false;

  constructor(readonly needle: Needle) {}

  in(bytes: Buffer): void {
    this.found ||= bytes.includes(this.needle.bytes);
  }
}

/** Holds of a body as much as the longest text, and with rules about JSON all of it up to a limit. */
export class RulesReader implements BodyReader {
  readonly #held: readonly Search[];
  readonly #lacked: readonly Search[];
  readonly #searches: readonly Search[];
  readonly #longest: number;
  readonly #notEmpty: boolean;
  readonly #json: readonly JsonRule[];
  /** The end of what came, where a text may have begun. */
  #tail: Buffer = Buffer.alloc(0);
  #length = 0;
  #whole: Buffer[] = [];

  constructor(
    held: readonly Search[],
    lacked: readonly Search[],
    longest: number,
    notEmpty: boolean,
    json: readonly JsonRule[],
  ) {
    this.#held = held;
    this.#lacked = lacked;
    this.#searches = [...held, ...lacked];
    this.#longest = longest;
    this.#notEmpty = notEmpty;
    this.#json = json;
  }

  /** Nothing that follows can change what `end` says. */
  get decided(): boolean {
    if (this.#lacked.length > 0) return this.#lacked.some(({ found }) => found);
    return this.#length > (this.#json.length > 0 ? JSON_BYTES : 0) && this.#held.every(({ found }) => found);
  }

  take(bytes: Uint8Array, from: number, to: number): void {
    if (from === to) return;
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from);
    this.#length += piece.length;
    if (this.#json.length > 0) this.#keep(piece);
    if (this.#searches.some(({ found }) => !found)) this.#search(piece);
  }

  end(): string | null {
    const unwanted = this.#lacked.find(({ found }) => found);
    if (unwanted !== undefined) return `the body holds ${shown(unwanted.needle.text)}`;
    const missing = this.#held.find(({ found }) => !found);
    if (missing !== undefined) return `the body does not hold the expected text ${shown(missing.needle.text)}`;
    if (this.#notEmpty && this.#length === 0) return 'the body is empty';
    return this.#json.length === 0 ? null : this.#brokenJson();
  }

  #search(piece: Buffer): void {
    const kept = this.#longest - 1;
    if (this.#tail.length > 0) {
      const seam = Buffer.concat([this.#tail, piece.subarray(0, kept)]);
      for (const search of this.#searches) search.in(seam);
    }
    for (const search of this.#searches) search.in(piece);
    if (kept === 0) return;
    // A copy: the piece's own bytes are the next read's.
    this.#tail =
      piece.length >= kept
        ? Buffer.from(piece.subarray(piece.length - kept))
        : Buffer.concat([this.#tail, piece]).subarray(-kept);
  }

  #keep(piece: Buffer): void {
    if (this.#length <= JSON_BYTES) this.#whole.push(Buffer.from(piece));
    else this.#whole = [];
  }

  #brokenJson(): string | null {
    if (this.#length > JSON_BYTES)
      return `the body is longer than ${String(JSON_BYTES)} bytes, the most that a json: rule reads`;
    let value: unknown;
    try {
      value = JSON.parse(
        Buffer.concat(this.#whole)
          .toString('utf8')
          .replace(/^\ufeff/, ''),
      );
    } catch {
      return this.#length === 0 ? 'the body is empty, not JSON' : 'the body is not JSON';
    }
    for (const rule of this.#json) {
      const broken = brokenJsonRule(rule, value);
      if (broken !== null) return broken;
    }
    return null;
  }
}

function shown(text: string): string {
  return JSON.stringify(printable(text, 60));
}
