import { wrapText } from './wrap-text.js';

/** Columns of the text report, and of the labels in it. */
export const WIDTH = 80;
const LABEL = 15;

/** A label, what the figures are, and the figures: on one line where they fit, else the figures below. */
export function figures(label: string, what: string, values: readonly string[]): string[] {
  const head = `${label.padEnd(LABEL)}${what}`;
  const text = values.join(', ');
  const oneLine = `${head}  ${text}`;
  return oneLine.length <= WIDTH ? [oneLine] : [head, ...wrapText(text, WIDTH, '    ')];
}

/** The label before the first, each wrapped below the other. */
export function paragraphs(label: string, texts: readonly string[]): string[] {
  return texts.flatMap((text, i) => wrapText(text, WIDTH, (i === 0 ? label : '').padEnd(LABEL)));
}
