import { messageOf, printable } from '../errors.js';

/** Deeper values are no data, and would exhaust the stack of the code that walks them. */
export const MOST_DEPTH = 64;

export type ParsedJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };

/** `JSON.parse` that also turns away what it would let through: a key given twice, and nesting deeper than MOST_DEPTH. */
export function parseStrictJson(text: string): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, why: `it is not JSON (${printable(messageOf(error), 120)}); correct it` };
  }
  const why = defectOf(text);
  return why === undefined ? { ok: true, value } : { ok: false, why };
}

/** UTF-8 to text; undefined where the bytes are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Walks a text that is known to be JSON. */
function defectOf(text: string): string | undefined {
  /** One entry per open bracket: the keys of an object, undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let keyNext = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '{' || char === '[') {
      if (open.push(char === '{' ? new Set() : undefined) > MOST_DEPTH)
        return `it is nested deeper than ${String(MOST_DEPTH)} levels; flatten it`;
      keyNext = char === '{';
    } else if (char === '}' || char === ']') {
      open.pop();
    } else if (char === ',') {
      keyNext = open.at(-1) !== undefined;
    } else if (char === '"') {
      const end = endOfString(text, i);
      const key = keyNext ? (JSON.parse(text.slice(i, end)) as string) : undefined;
      if (key !== undefined && open.at(-1)?.has(key) === true) return `the key ${quoted(key)} occurs twice; keep one`;
      if (key !== undefined) open.at(-1)?.add(key);
      keyNext = false;
      i = end - 1;
    }
  }
  return undefined;
}

/** A text from outside between quotes, short enough for an error's line. */
export function quoted(text: string): string {
  return JSON.stringify(printable(text, 60));
}

/** The index behind the string that begins at `start`, in a text that is known to be JSON. */
export function endOfString(text: string, start: number): number {
  for (let i = start + 1; ; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
}
