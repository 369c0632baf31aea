import { counted } from '../text/counted.js';
import { answerOf } from '../answer.js';
import type { Report } from '../report.js';
import { plain, table } from './markdown.js';

/** How each of several runs made together went: a heading and a table in Markdown. */
export function renderMarkdownSeries(runs: readonly { readonly name: string; readonly report: Report }[]): string {
  const rows = runs.map(({ name, report }) => [
    plain(name),
    report.verdict.valid ? 'VALID' : '**INVALID**',
    answerText(report),
  ]);
  return `## replay: ${counted(runs.length, 'run')}\n\n${table(['Run', 'Verdict', 'Thresholds'], rows)}\n`;
}

function answerText(report: Report): string {
  const { thresholds = [] } = report.sections;
  if (thresholds.length === 0) return 'none';
  const failed = thresholds.filter(({ ok, decided }) => !ok && decided !== false);
  const list = failed.map(({ text, why }) => `${plain(text)}: ${plain(why ?? 'not kept')}`).join('<br>');
  return { good: 'ok', failed: `**failed** ${list}`, unknown: '**undecided**' }[answerOf(report)];
}
