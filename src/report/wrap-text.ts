/**
 * Breaks a text between words so that no line is longer than `width`, where its words allow that. The first line
 * starts with `first`, the others with as many spaces, or with `hang` of them.
 */
export function wrapText(text: string, width: number, first = '', hang = first.length): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const gap = empty ? '' : ' ';
    if (!empty && line.length + gap.length + word.length > width) {
      lines.push(line);
      line = ' '.repeat(hang) + word;
    } else {
      line += gap + word;
    }
    empty = false;
  }
  return [...lines, line.trimEnd()];
}
