import { decodedHex, decodedBase64, fold, unescaped, type Found } from './decoded-texts.js';
import { SecretIndex } from './secret-index.js';

const SHOWN = '(secret)';
/** A text may be JSON in HTML in a URL; what is escaped more often is left alone. */
const MOST_LAYERS = 3;

/**
 * Takes secrets out of a text: as they are, in either case, escaped as URLs, HTML or JSON have it, and within base64 or
 * hexadecimal digits, wherever these begin; also one that the text was cut within, of which 4 characters are left. The cost depends on the
 * length of the text and hardly on the number of secrets.
 */
export function hideSecrets(secrets: readonly string[]): (text: string) => string {
  const index = new SecretIndex(secrets);
  if (index.isEmpty) return (text) => text;
  return (text) => {
    const found: [number, number][] = [];
    search(text, index, MOST_LAYERS, (from, to) => found.push([from, to]));
    return found.length === 0 ? text : without(text, found);
  };
}

function search(text: string, index: SecretIndex, layers: number, found: Found): void {
  index.find(fold(text), found);
  const mayHold = (bytes: Uint8Array): boolean => index.mayHold(bytes);
  decodedBase64(text, mayHold, (decoded, foundIn) => {
    index.find(decoded, foundIn(found));
  });
  decodedHex(text, (decoded, foundIn) => {
    index.find(decoded, foundIn(found));
  });
  if (layers === 1) return;
  const inner = unescaped(text);
  if (inner === undefined) return;
  search(inner.text, index, layers - 1, (from, to) => {
    found(inner.starts[from] as number, inner.ends[to - 1] as number);
  });
}

function without(text: string, found: [number, number][]): string {
  found.sort(([a], [b]) => a - b);
  let [shown, at] = ['', 0];
  for (const [from, to] of found) {
    // What touches is one.
    if (from > at || at === 0) shown += text.slice(at, from) + SHOWN;
    at = Math.max(at, to);
  }
  return shown + text.slice(at);
}
