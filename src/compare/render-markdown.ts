import type { Comparison } from './comparison.js';
import { tablesOf, type TextTable } from './tables.js';

/** For a job summary or an issue. Texts from outside cannot form tables, links or HTML. */
export function renderCompareMarkdown(comparison: Comparison): string {
  const { notes, judgements } = comparison;
  const verdicts = judgements.map(
    ({ verdict, of, against, workload, rule, why }) =>
      `- **${verdict}**: ${plain(of)} against ${plain(against)} under ${plain(workload)}, ${plain(rule)}: ${plain(why)}.`,
  );
  const parts = [...tablesOf(comparison).map(layOut), notes.map(plain).join('\n\n'), verdicts.join('\n')];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function layOut({ title, head, rows, foot }: TextTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(plain).join(' | ')} |`;
  const rule = `| --- |${' ---: |'.repeat(head.length - 1)}`;
  return [`### ${plain(title)}`, '', line(head), rule, ...rows.map(line), '', ...foot.map(plain)].join('\n');
}

/** Every mark that Markdown or HTML could read is a character reference. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~&!@$]/g, (mark) => `&#${String(mark.codePointAt(0))};`);
}
