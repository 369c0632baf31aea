import { printable } from '../errors.js';
import { CUT, fold, type Found, unescaped } from './decoded-texts.js';
import { LEAST_CHARACTERS } from './secret-parts.js';

/** Finds any of many texts in one pass: by a table over 4 characters, then by these characters, then whole. */
export class SecretIndex {
  readonly #mayBegin = new Uint8Array(65_536);
  /** By the first 4 characters, the longest first. */
  readonly #beginning = new Map<number, string[]>();

  /** Those under 4 characters are left out: they stand in any text by chance. */
  constructor(secrets: readonly string[]) {
    const texts = new Set(secrets.flatMap(spellings).filter(({ length }) => length >= LEAST_CHARACTERS));
    for (const text of [...texts].sort((a, b) => b.length - a.length)) {
      const key = keyOf(text);
      this.#mayBegin[slotOf(key)] = 1;
      const others = this.#beginning.get(key);
      if (others === undefined) this.#beginning.set(key, [text]);
      else others.push(text);
    }
  }

  get isEmpty(): boolean {
    return this.#beginning.size === 0;
  }

  /** False only where `find` finds nothing in these bytes, which are folded. */
  mayHold(bytes: Uint8Array): boolean {
    let key = 0;
    for (let i = 0; i < bytes.length; i++) {
      key = (key << 8) | (bytes[i] as number);
      if (i >= LEAST_CHARACTERS - 1 && this.#mayBegin[slotOf(key)] !== 0) return true;
    }
    return false;
  }

  /** `text` is folded. A secret that it was cut within counts, too. */
  find(text: string, found: Found): void {
    let key = 0;
    for (let i = 0; i < text.length; i++) {
      key = (key << 8) | (text.charCodeAt(i) & 0xff);
      if (i < LEAST_CHARACTERS - 1 || this.#mayBegin[slotOf(key)] === 0) continue;
      const from = i - LEAST_CHARACTERS + 1;
      const to = this.#endOf(text, from, key);
      if (to > from) found(from, to);
    }
  }

  #endOf(text: string, from: number, key: number): number {
    const secrets = this.#beginning.get(key) ?? [];
    const whole = secrets.find((secret) => text.startsWith(secret, from));
    if (whole !== undefined) return from + whole.length;
    const cut = text.indexOf(CUT, from);
    const end = cut < 0 ? text.length : cut;
    const rest = text.slice(from, end);
    return rest.length >= LEAST_CHARACTERS && secrets.some((secret) => secret.startsWith(rest)) ? end : from;
  }
}

/** As it is, as a form in a URL has it, as bytes of UTF-8, as `printable` leaves it; and what its own characters mean as escapes. */
function spellings(secret: string): string[] {
  return [secret, secret.replaceAll(' ', '+')].flatMap((text) =>
    [text, Buffer.from(text, 'utf8').toString('latin1'), printable(text, Infinity)].flatMap(meanings),
  );
}

function meanings(text: string): string[] {
  // With more behind it, its end is none that was cut.
  const meant = unescaped(`${text} `)?.text.slice(0, -1);
  return [fold(text), ...(meant === undefined ? [] : meanings(meant))];
}

function keyOf(text: string): number {
  let key = 0;
  for (let i = 0; i < LEAST_CHARACTERS; i++) key = (key << 8) | (text.charCodeAt(i) & 0xff);
  return key;
}

function slotOf(key: number): number {
  return Math.imul(key, 0x9e37_79b1) >>> 16;
}
