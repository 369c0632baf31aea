import { decidedText } from '../text/decided-text.js';
import { inPlace } from '../collectors/section.js';
import { ROWS } from '../collectors/sections.js';
import { figureBeside } from '../metric.js';
import type { Report, ThresholdResult } from '../report.js';
import { plain, table } from './markdown.js';
import { verdictWords } from './verdict-words.js';

/** Reasons beyond these are in the JSON report. */
const MOST_REASONS = 10;

/** The run on a page of Markdown (GitHub's), for a job's summary. Texts from outside stand as they are and mark up nothing. */
export function renderMarkdownSummary(report: Report): string {
  const { run } = report;
  const parts = [
    `## replay: ${plain(run.trace.name)} against ${plain(run.backend)}`,
    verdict(report),
    thresholds(report),
    ...inPlace(ROWS.map(({ markdown }) => markdown)).map(({ part }) => part(report)),
    `${plain(run.id)}, in ${run.time} time, replay ${plain(run.replayVersion)}.`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function verdict(report: Report): string {
  const { title, meaning } = verdictWords(report);
  const { reasons } = report.verdict;
  const { stopReason } = report.run;
  const stopped = stopReason === null ? '' : `\n\nStopped before its end: ${plain(stopReason)}.`;
  const sentence = `**${title.toUpperCase()}**: ${meaning}.`;
  if (reasons.length === 0) return `${sentence}${stopped}`;
  const more = reasons.length - MOST_REASONS;
  const lines = [
    ...reasons.slice(0, MOST_REASONS).map((reason) => `- ${plain(reason)}`),
    ...(more > 0 ? [`- and ${String(more)} more; see report.json`] : []),
  ];
  return `${sentence}\n\n${lines.join('\n')}${stopped}`;
}

function thresholds({ sections: { thresholds: all = [] } }: Report): string {
  if (all.length === 0) return '';
  return table(['Threshold', 'Result', 'Actual', 'Why'], all.map(thresholdRow));
}

function thresholdRow(one: ThresholdResult): string[] {
  const { text, actual, limit, unit, ok, why, decided } = one;
  const result = decided === false ? '**undecided**' : ok ? 'ok' : '**failed**';
  return [
    plain(text),
    result,
    actual === null ? '-' : figureBeside(actual, limit, unit),
    plain([why, decidedText(one)].filter((part) => part != null).join('; ')),
  ];
}
