import { wrapText } from '../report/wrap-text.js';
import type { Comparison } from './comparison.js';
import { tablesOf, type TextTable } from './tables.js';

const WIDTH = 80;

/** For a terminal: 80 columns, no control codes. */
export function renderCompareText(comparison: Comparison): string {
  const lines = [
    ...tablesOf(comparison).flatMap((table) => ['', ...layOut(table)]),
    ...['', ...notes(comparison)],
    ...verdicts(comparison),
  ];
  return `${lines.slice(1).join('\n').trimEnd()}\n`;
}

function notes({ notes: texts }: Comparison): string[] {
  return texts.flatMap((text) => wrapText(text, WIDTH));
}

function verdicts({ judgements }: Comparison): string[] {
  if (judgements.length === 0) return [];
  return [
    '',
    ...judgements.flatMap(({ rule, of, against, workload, verdict, why }) =>
      wrapText(`${verdict.toUpperCase()}: ${of} against ${against} under ${workload}, ${rule}: ${why}.`, WIDTH, '', 2),
    ),
  ];
}

/** The title, then columns; a name too long for its column has a line of its own. */
function layOut({ title, head, rows, foot }: TextTable): string[] {
  const figures = [head, ...rows].map(([, ...cells]) => cells);
  const widths = head.slice(1).map((_, i) => Math.max(...figures.map((cells) => (cells[i] ?? '').length)));
  const taken = widths.reduce((sum, width) => sum + width + 2, 0);
  const first = Math.max(8, Math.min(WIDTH - taken, Math.max(...[head, ...rows].map(([name]) => name.length))));
  const line = ([name, ...cells]: readonly [string, ...string[]]): string[] => {
    const right = cells.map((cell, i) => `  ${cell.padStart(widths[i] ?? 0)}`).join('');
    if (name.length <= first) return [(name.padEnd(first) + right).trimEnd()];
    return [...wrapText(name, WIDTH), (''.padEnd(first) + right).trimEnd()];
  };
  return [
    ...wrapText(title, WIDTH),
    ...line(head),
    ...rows.flatMap(line),
    ...foot.flatMap((text) => wrapText(text, WIDTH)),
  ];
}
