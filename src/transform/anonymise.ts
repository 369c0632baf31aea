import { createHmac } from 'node:crypto';
import type { ColumnValues } from '../trace.js';
import type { Traffic, Transformed } from './traffic.js';

const HEX_DIGITS = 16;

/**
 * Replaces texts by keyed hashes, the same text always by the same one; drops payloads, name and recipe; the first arrival is at 0.
 * Columns in `keep` stay as they are. Without the key, a text cannot be tested for whether it is in the trace.
 */
export function anonymise(traffic: Traffic, key: Uint8Array, keep: readonly string[]): Transformed {
  const hashes = traffic.columns.map(({ name, type }) => type === 'text' && !keep.includes(name));
  const hashed = new Map<string, string>();
  const hash = (text: string): string => {
    const known = hashed.get(text) ?? createHmac('sha256', key).update(text).digest('hex').slice(0, HEX_DIGITS);
    if (hashed.size < MOST_HELD) hashed.set(text, known);
    return known;
  };
  const shiftMs = firstOf(traffic);
  const names = traffic.columns.filter((_, i) => hashes[i]).map(({ name }) => name);
  return {
    ...{ name: 'anonymised', columns: traffic.columns, payloads: [], durationMs: traffic.durationMs - shiftMs },
    *chunks() {
      for (const { keys, columns } of traffic.chunks()) {
        const own = columns.slice(0, -1).map((values, i) => (hashes[i] === true ? hashedValues(values, hash) : values));
        yield {
          keys: keys.map((at) => at - shiftMs),
          columns: [...own, { type: 'number', values: new Float64Array(keys.length) }],
        };
      }
    },
    close() {
      traffic.close();
    },
    says: [
      names.length === 0 ? 'there is no column of texts' : `texts are hashed: ${names.join(', ')}`,
      'name, recipe and payloads are dropped, and time begins with the first arrival; numbers stay, and can identify: look at them',
    ],
  };
}

const MOST_HELD = 100_000;

function hashedValues(values: ColumnValues, hash: (text: string) => string): ColumnValues {
  return values.type === 'text' ? { ...values, words: values.words.map(hash) } : values;
}

function firstOf(traffic: Traffic): number {
  for (const { keys } of traffic.chunks()) if (keys.length > 0) return keys[0] ?? 0;
  return 0;
}
