const LF = 10;
const QUOTE = 34;
const BACKSLASH = 92;
const CLOSE = 93;

/** The bytes end before the mark. */
export const UNFINISHED = -1;
/** The line ends before the mark. */
const NONE = -2;

/** What was met on the way to a closing quote. */
export interface Seen {
  lines: number;
  escaped: boolean;
}

/**
 * Where the quote is that closes the field begun before `from`. In RFC 4180 a doubled quote is part of it, and so are line ends; in a
 * log a backslash makes the next quote part of it, and a line is a request, whatever its quotes say (NONE).
 */
export function closingQuote(bytes: Uint8Array, from: number, log: boolean, seen: Seen): number {
  seen.lines = 0;
  seen.escaped = false;
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === LF) {
      if (log) return NONE;
      seen.lines++;
    } else if (byte === BACKSLASH && log) {
      seen.escaped = true;
      if (bytes[i + 1] !== LF) i++;
    } else if (byte === QUOTE) {
      if (log || bytes[i + 1] !== QUOTE) return i;
      seen.escaped = true;
      i++;
    }
  }
  return UNFINISHED;
}

export function closingBracket(bytes: Uint8Array, from: number): number {
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] === CLOSE) return i;
    if (bytes[i] === LF) return NONE;
  }
  return UNFINISHED;
}
