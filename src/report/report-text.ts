import { inPlace } from '../collectors/section.js';
import { ROWS } from '../collectors/sections.js';
import { printable } from '../errors.js';
import type { Report } from '../report.js';
import { counted } from '../text/counted.js';
import { durationOr } from './duration-or.js';
import { figures, paragraphs, WIDTH } from './labelled-lines.js';
import { thresholdsText } from './thresholds-text.js';
import { verdictWords } from './verdict-words.js';
import { wrapText } from './wrap-text.js';

/** Reasons beyond these are in the JSON report. */
const MOST_REASONS = 20;

/** The report for a terminal or a log: plain text, no control codes but line ends, the verdict last. */
export function renderReportText(report: Report): string {
  const lines = [
    ...requests(report),
    ...schedule(report),
    ...inPlace(ROWS.map(({ text }) => text)).flatMap(({ lines: of }) => of(report)),
    ...run(report),
    ...notes(report),
    ...thresholdsText(report),
    '',
    ...verdict(report),
  ];
  return `${lines.join('\n')}\n`;
}

/** What had an outcome, how fast it was sent, and how fast successes came back. */
function requests({ run, sections }: Report): string[] {
  const { planned, unsent, ok } = sections.outcomes;
  const total = planned - unsent;
  const spanMs = run.stopReason === null ? run.durationMs : Math.min(run.durationMs, run.endedMs);
  const values = [String(total), perSecond(total, spanMs), perSecond(ok, Math.max(spanMs, run.endedMs))];
  return figures('Requests', '[total, rate, throughput]', values);
}

function schedule({ sections: { outcomes, timeline, health } }: Report): string[] {
  const { lateness } = health;
  const sent = timeline.seconds.reduce((sum, second) => sum + second.sent, 0);
  const lag = [lateness.p50Ms, lateness.p99Ms, lateness.maxMs].map((ms) => durationOr(ms)).join('/');
  const values = [String(outcomes.planned), String(sent), String(health.lateOver1Ms), lag];
  return figures('Schedule', '[intended, sent, late>1ms, lag p50/p99/max]', values);
}

function run({ run: { id, trace, backend, time, workers, pacing, speed, tags = {} } }: Report): string[] {
  const how = [
    counted(workers, 'worker'),
    `${pacing.used} pacing${pacing.asked === 'auto' && time === 'real' ? ` (auto: ${pacing.why})` : ''}`,
    ...(speed === 1 ? [] : [`speed ${String(speed)}x`]),
  ];
  const text = `${id}: trace ${trace.name} against ${backend} in ${time} time, ${how.join(', ')}`;
  const told = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
  return paragraphs('Run', [
    printable(text, 600),
    ...(told.length === 0 ? [] : [printable(`tags: ${told.join(', ')}`, 600)]),
  ]);
}

function notes({ run: { notes: texts, stopReason } }: Report): string[] {
  const stopped = stopReason === null ? [] : [`Stopped before its end: ${stopReason}.`];
  return paragraphs(
    'Notes',
    [...stopped, ...texts].map((text) => printable(text, 600)),
  );
}

function verdict(report: Report): string[] {
  const { title, meaning } = verdictWords(report);
  const { reasons } = report.verdict;
  const shown = reasons.slice(0, MOST_REASONS).flatMap((reason) => wrapText(printable(reason, 600), WIDTH, '  - '));
  const rest =
    reasons.length > MOST_REASONS ? [`  - and ${String(reasons.length - MOST_REASONS)} more; see report.json`] : [];
  return [`${title.toUpperCase()}: ${meaning}.`, ...shown, ...rest];
}

function perSecond(n: number, spanMs: number): string {
  return spanMs > 0 ? `${(n / (spanMs / 1000)).toFixed(2)}/s` : '-';
}
