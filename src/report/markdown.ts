import { printable } from '../errors.js';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Every ASCII mark but the harmless is escaped by a backslash, which Markdown then takes away (CommonMark 2.4). */
export function plain(text: string): string {
  return printable(text, 500).replace(/[!-/:-@[-`{-~]/g, (mark) => (HARMLESS.has(mark) ? mark : `\\${mark}`));
}

/** Not the full stop: `www.` would become a link. */
const HARMLESS = new Set([',', '%', '/', '(', ')', '=', ';', '"', "'"]);
