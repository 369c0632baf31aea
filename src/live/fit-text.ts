import { printable } from '../errors.js';

/** Takes no column: accents that join the letter before, joiners, variation selectors. */
const NARROWEST = /^[\p{M}\p{Cf}]$/u;
/** Takes two columns: the wide and full-width letters of Unicode's annex 11, and emoji. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** A text from outside, harmless and at most `columns` wide; `unicode` false: beyond ASCII a character is a question mark. */
export function fitText(text: string, columns: number, unicode: boolean): string {
  const clean = printable(text, 1000);
  const shown = unicode ? clean : clean.replace(/[^\u0020-\u007e]/gu, '?');
  if (widthOf(shown) <= columns) return shown;
  const mark = unicode ? '…' : '~';
  let cut = '';
  let width = 1;
  for (const character of shown) {
    width += columnsOf(character);
    if (width > columns) break;
    cut += character;
  }
  return columns < 1 ? '' : cut + mark;
}

function columnsOf(character: string): number {
  if (character >= ' ' && character <= '~') return 1;
  if (NARROWEST.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
