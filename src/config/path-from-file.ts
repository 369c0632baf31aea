import { resolve } from 'node:path';

/** Keys whose text is a path whatever it looks like. */
const PATHS = ['trace', 'payload', 'targets', 'out', 'junit', 'summary', 'baseline'];

/**
 * A text of the file as it is meant: a path in the file starts at the file's folder, not where the command runs. Paths are
 * what `trace`, `payload`, `targets` and `out` hold, and in every other key what begins with `./` or `../`; `@` may stand before it, and
 * in an entry of a map its name.
 */
export function pathFromFile(name: string, text: string, folder: string): string {
  if (name === 'trace' && text === '-') return text;
  if (PATHS.includes(name)) return resolve(folder, text);
  const [, before = '', path] = /^((?:[^=\s]*=)?@?)(\.\.?\/.*)$/s.exec(text) ?? [];
  return path === undefined ? atFile(name, text, folder) : `${before}${resolve(folder, path)}`;
}

/** `body: '@request.json'`, `prices: mine.json`. */
function atFile(name: string, text: string, folder: string): string {
  if (name === 'body' && text.startsWith('@')) return `@${resolve(folder, text.slice(1))}`;
  return name === 'prices' && text.endsWith('.json') ? resolve(folder, text) : text;
}
