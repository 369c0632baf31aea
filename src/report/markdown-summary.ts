import { decidedText } from '../text/decided-text.js';
import { figureBeside, figureOf } from '../metric.js';
import type { Distribution, Report, ThresholdResult } from '../report.js';
import { FAILURES } from '../sample.js';
import { formatDuration } from './format-duration.js';
import { plain, table } from './markdown.js';

/** Reasons beyond these are in the JSON report. */
const MOST_REASONS = 10;

/** The run on a page of Markdown (GitHub's), for a job's summary. Texts from outside stand as they are and mark up nothing. */
export function renderMarkdownSummary(report: Report): string {
  const { run } = report;
  const parts = [
    `## replay: ${plain(run.trace.name)} against ${plain(run.backend)}`,
    verdict(report),
    thresholds(report),
    latency(report),
    outcomes(report),
    cost(report),
    `${plain(run.id)}, in ${run.time} time, replay ${plain(run.replayVersion)}.`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function verdict({ verdict: { valid, reasons }, run: { stopReason } }: Report): string {
  const stopped = stopReason === null ? '' : `\n\nStopped before its end: ${plain(stopReason)}.`;
  if (valid) return `**VALID**: the generator kept to the schedule and did not distort the results.${stopped}`;
  const more = reasons.length - MOST_REASONS;
  const lines = [
    ...reasons.slice(0, MOST_REASONS).map((reason) => `- ${plain(reason)}`),
    ...(more > 0 ? [`- and ${String(more)} more; see report.json`] : []),
  ];
  return `**INVALID**: these numbers do not describe the service alone.\n\n${lines.join('\n')}${stopped}`;
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

function latency({ sections: { latency: of } }: Report): string {
  return table(
    ['Latency', 'min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max'],
    [
      ['response', ...figures(of.response, '-')],
      ['service', ...figures(of.service, '-')],
      ['all (failures infinite)', ...figures(of.all, of.all.count === 0 ? '-' : 'inf')],
    ],
  );
}

function figures(numbers: Distribution, unknown: string): string[] {
  const { minMs, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms, maxMs } = numbers;
  return [minMs, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms, maxMs].map((ms) =>
    ms === null ? unknown : formatDuration(ms),
  );
}

function outcomes({ sections: { outcomes: of, coldStarts } }: Report): string {
  const { planned, ok, successRatio, unsent, failures } = of;
  const success = successRatio === null ? '-' : figureOf(successRatio, 'share');
  const failed = FAILURES.filter((failure) => (failures[failure] ?? 0) > 0);
  const cold =
    coldStarts.known === 0 ? [] : [['cold starts', `${String(coldStarts.count)} of ${String(coldStarts.known)}`]];
  return table(
    ['Outcome', 'Requests'],
    [
      ['planned', String(planned)],
      ['succeeded', `${String(ok)} (${success})`],
      ...failed.map((failure) => [failure, String(failures[failure])]),
      ['unsent', String(unsent)],
      ...cold,
    ],
  );
}

/** Nothing where there is nothing to price. */
function cost({ sections: { cost: of } }: Report): string {
  if (of.items.length === 0 && of.excluded.length === 0) return '';
  const money = (amount: number | null): string => (amount === null ? '-' : figureOf(amount, 'money'));
  const head = [`Cost (${plain(of.currency)})`, 'low', 'high', 'per million requests', 'per million successes'];
  const row = [of.total, of.low, of.high, of.perMillionRequests, of.perMillionSuccesses].map(money);
  const reason = of.reason === null ? '' : `\n\nUnknown: ${plain(of.reason)}.`;
  return `${table(head, [row])}\n\nPrices of ${plain(of.sheet)}.${reason}`;
}
