import type { SampleBlock } from '../sample.js';
import { hideSecrets } from './hide-secrets.js';
import { secretParts } from './secret-parts.js';

/** A failing service mostly says the same again. */
const MOST_REMEMBERED = 256;
/** Values that a backend names: a token a minute is the most that any service gives, and the old ones are of no more use. */
const MOST_NAMED = 64;
/** What fits into a header is not longer. */
const MOST_CHARACTERS = 16_384;

/**
 * What no text of a run may tell: what the user gave, and what the backend names while it runs. Of named values, the last
 * 64 count, each up to 16,384 characters. Not for a thread that sends: to hide takes up to 50 us a text.
 */
export class KnownSecrets {
  readonly #given: readonly string[];
  readonly #named = new Set<string>();
  /** Made when it is first used. */
  #hide: ((text: string) => string) | undefined;

  /** With their parts. */
  constructor(given: readonly string[]) {
    this.#given = given;
  }

  /** A value that the backend got itself; its parts are hidden, too. What is no text is left out. */
  add(value: unknown): void {
    if (typeof value !== 'string' || value === '') return;
    const secret = value.slice(0, MOST_CHARACTERS);
    if (this.#named.has(secret)) return;
    this.#named.add(secret);
    const [oldest = ''] = this.#named;
    if (this.#named.size > MOST_NAMED) this.#named.delete(oldest);
    this.#hide = undefined;
  }

  /** Every text that is hidden. */
  all(): readonly string[] {
    return [...this.#given, ...[...this.#named].flatMap(secretParts)];
  }

  hide(text: string): string {
    this.#hide ??= remembering(hideSecrets(this.all()));
    return this.#hide(text);
  }

  /** A block whose texts tell none of them: services echo what they were sent. */
  redactBlock(block: SampleBlock): SampleBlock {
    if (block.details.length === 0) return block;
    return { ...block, details: block.details.map(({ row, text }) => ({ row, text: this.hide(text) })) };
  }

  /** Facts, plain data, whose names and texts tell none of them. */
  redactFacts<F extends Readonly<Record<string, unknown>>>(facts: F): F {
    return this.#redactValue(facts) as F;
  }

  #redactValue(value: unknown): unknown {
    if (typeof value === 'string') return this.hide(value);
    if (Array.isArray(value)) return value.map((one) => this.#redactValue(one));
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).map(([name, one]) => [this.hide(name), this.#redactValue(one)] as const);
    return Object.fromEntries(fields);
  }
}

function remembering(hide: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const hidden = hide(text);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(text, hidden);
    return hidden;
  };
}
