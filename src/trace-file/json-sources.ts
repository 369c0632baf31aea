import { endOfString } from './strict-json.js';
import { isObject } from './trace-header.js';

/** A JSON value as it was written: reading it would lose digits of large numbers, escapes and spaces. */
export class JsonSource {
  constructor(readonly text: string) {}
}

/** A payload table with the value of each `{"json": ...}` as it was written; `text` is what the table was read from. */
export function withJsonSources(table: unknown, text: string): unknown {
  if (!Array.isArray(table)) return table;
  const sources = piecesOf(text);
  return table.map((entry: unknown, i) => {
    if (!isObject(entry) || !Object.hasOwn(entry, 'json')) return entry;
    return { ...entry, json: new JsonSource(sourceOf(sources[i] ?? '', 'json')) };
  });
}

/** The value of a key that an object has, in the object's text. */
export function sourceOf(object: string, key: string): string {
  for (const piece of piecesOf(object)) {
    const end = endOfString(piece, 0);
    if (JSON.parse(piece.slice(0, end)) === key) return piece.slice(piece.indexOf(':', end) + 1).trim();
  }
  throw new Error(`the text holds no key ${key}`);
}

/** What stands between the commas of a list or an object, whose text is known to be JSON. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '"') i = endOfString(text, i) - 1;
    else if (char === '{' || char === '[') {
      if (depth++ === 0) start = i + 1;
    } else if (char === '}' || char === ']') depth--;
    if (depth > 1 || (depth === 1 && char !== ',')) continue;
    pieces.push(text.slice(start, i).trim());
    start = i + 1;
    if (depth === 0) break;
  }
  return pieces;
}
