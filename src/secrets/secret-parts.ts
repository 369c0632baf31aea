import { percentDecoded } from '../text/percent-decoded.js';

/** Shorter ones stand in any text by chance. */
export const LEAST_CHARACTERS = 4;
/** Of a part of a value: most short ones are words (`dark`, `en-US`). */
const LEAST_OF_A_PART = 6;

/**
 * What is secret in a secret value: itself; its words; what follows the `=` of a cookie or parameter, without quotes; the pieces
 * of a token between dots, colons and slashes; and what a word says in base64, of `user:password` both.
 */
export function secretParts(value: string): readonly string[] {
  // Placeholders are filled in before anyone can echo them.
  return value
    .trim()
    .split(/\{(?:seq|run|uuid)\}/)
    .flatMap((piece) => [...inBothWritings(piece), ...piece.split(/[\s;,]+/).flatMap(ofWord)]);
}

function ofWord(word: string): readonly string[] {
  const said = unquoted(/^[^=]+=(?!=*$)(.*)$/.exec(word)?.[1] ?? word);
  const decoded = saidInBase64(said);
  return [
    ...longEnough([word, ...inBothWritings(said), ...said.split(/[.:|~/&]/)]),
    ...(decoded === undefined ? [] : [...longEnough([decoded]), ...userAndPassword(decoded)]),
  ];
}

function longEnough(parts: readonly string[]): readonly string[] {
  return parts.filter(({ length }) => length >= LEAST_OF_A_PART);
}

function inBothWritings(text: string): readonly string[] {
  return [text, percentDecoded(text)];
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, '$1');
}

/** Undefined where it is no base64, or not of a text. */
function saidInBase64(word: string): string | undefined {
  if (!/^[A-Za-z0-9+/_-]{6,}={0,2}$/.test(word)) return undefined;
  const text = Buffer.from(word, 'base64').toString('utf8');
  return /^[^\u0000-\u001f\u007f-\u009f\ufffd]+$/.test(text) ? text : undefined;
}

function userAndPassword(text: string): readonly string[] {
  const colon = text.indexOf(':');
  return colon < 0 ? [] : [text.slice(0, colon), text.slice(colon + 1)];
}
