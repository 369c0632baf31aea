import { counted } from '../text/counted.js';
import { printable } from '../errors.js';
import type { Distribution, HealthSection, Report, Shift, Spread } from '../report.js';
import { FAILURES } from '../sample.js';
import { cloudText } from '../collectors/cloud/text.js';
import { costText } from '../collectors/cost/text.js';
import { formatDuration } from './format-duration.js';
import { figures, paragraphs, WIDTH } from './labelled-lines.js';
import { ownMetricsText } from '../collectors/own-metrics/text.js';
import { thresholdsText } from './thresholds-text.js';
import { wrapText } from './wrap-text.js';

/** Why a connection wait is null. */
const WAIT_UNKNOWN =
  'the backend cannot tell it apart; service counts from the first byte where that is seen, else from the hand-over';

/** Reasons beyond these are in the JSON report. */
const MOST_REASONS = 20;

/** The report for a terminal or a log: plain text, no control codes but line ends, the verdict last. */
export function renderReportText(report: Report): string {
  const lines = [
    ...requests(report),
    ...schedule(report),
    ...latency('Latency', 'response', report.sections.latency.response, '-'),
    ...latency('', 'service', report.sections.latency.service, '-'),
    ...latency('All requests', '(failures infinite)', report.sections.latency.all, 'inf'),
    ...batching(report),
    ...success(report),
    ...failures(report),
    ...coldStarts(report),
    ...costText(report.sections.cost),
    ...cloudText(report.sections.cloud),
    ...ownMetricsText(report.sections.metrics),
    ...health(report),
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
  const lag = [lateness.p50Ms, lateness.p99Ms, lateness.maxMs].map((ms) => duration(ms)).join('/');
  const values = [String(outcomes.planned), String(sent), String(health.lateOver1Ms), lag];
  return figures('Schedule', '[intended, sent, late>1ms, lag p50/p99/max]', values);
}

function latency(label: string, what: string, numbers: Distribution, unknown: string): string[] {
  const { minMs, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms, maxMs } = numbers;
  const values = [minMs, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms, maxMs];
  const absent = numbers.count === 0 ? '-' : unknown;
  return figures(
    label,
    `${what} [min, mean, p50, p90, p95, p99, p99.9, max]`,
    values.map((ms) => duration(ms, absent)),
  );
}

/** Nothing where each request was an invocation of its own. */
function batching({ sections: { batching: section } }: Report): string[] {
  if (section === undefined) return [];
  const { size, waitMs, invocations, meanSize, wait } = section;
  return [
    ...figures('Batches', '[invocations, mean size]', [
      String(invocations),
      meanSize === null ? '-' : meanSize.toFixed(2),
    ]),
    ...figures(
      '',
      `wait, a part of response [mean, p50, p99, max]`,
      [wait.meanMs, wait.p50Ms, wait.p99Ms, wait.maxMs].map((ms) => duration(ms)),
    ),
    ...paragraphs('', [`sent with ${counted(size, 'request')}, or when the oldest has waited ${duration(waitMs)}`]),
  ];
}

function success({
  sections: {
    outcomes,
    latency: { warmup },
  },
}: Report): string[] {
  const { ok, planned, unsent, successRatio } = outcomes;
  const ratio = successRatio === null ? '-' : percent(successRatio);
  const rest = [
    unsent > 0 ? `${String(unsent)} unsent` : '',
    warmup > 0 ? `${String(warmup)} warm-up requests not in latency` : '',
  ];
  return figures('Success', '[ratio]', [
    `${ratio} (${String(ok)} of ${String(planned)})`,
    ...rest.filter((text) => text !== ''),
  ]);
}

function failures({ sections: { outcomes } }: Report): string[] {
  const found = FAILURES.flatMap((failure) => {
    const n = outcomes.failures[failure] ?? 0;
    if (n === 0) return [];
    const example = outcomes.examples[failure]?.[0];
    const why =
      example === undefined || example.detail === ''
        ? ''
        : ` (request ${String(example.seq)}: ${printable(example.detail, 160)})`;
    return [`${failure}: ${String(n)}${why}`];
  });
  return paragraphs('Failures', found);
}

/** Nothing where no request told whether it met one. */
function coldStarts({ sections: { coldStarts: section } }: Report): string[] {
  if (section.known === 0) return [];
  const { count, known, meanMs, p50Ms, p99Ms, warm, cold, instancesSeen } = section;
  const told = `${String(count)} of ${String(known)}`;
  const values = [told, duration(meanMs), duration(p50Ms), duration(p99Ms)];
  const felt = (what: string, of: Distribution | null): string[] =>
    of === null ? [] : [`${what} response: mean ${duration(of.meanMs)}, p99 ${duration(of.p99Ms)}`];
  return [
    ...figures('Cold starts', '[count, mean, p50, p99]', values),
    ...paragraphs('', [
      ...felt('cold', cold),
      ...felt('warm', warm),
      ...(instancesSeen === null ? [] : [`instances seen: ${String(instancesSeen)}`]),
    ]),
  ];
}

function health({ sections: { health: section } }: Report): string[] {
  const facts = [
    ...(isWaitUnknown(section)
      ? [`connection wait is not known: ${WAIT_UNKNOWN}`]
      : spreadFact('connection wait', section.connectionWait)),
    ...spreadFact(`handshake of ${counted(section.handshake.count, 'request')}`, section.handshake),
    ...spreadFact('receive uncertainty', section.receiveUncertainty),
    ...busiestFact(section),
    ...shiftFact(section.shifts, ''),
    ...(section.strayingSeconds.length === 0
      ? []
      : [`seconds straying from the schedule: ${String(section.strayingSeconds.length)}`]),
    ...stopsFact(section.stops),
    ...(section.likelyCause === null ? [] : [`likely cause: ${section.likelyCause}`]),
    ...resourceFact(section.resources),
  ];
  return paragraphs('Health', facts);
}

function stopsFact(stops: HealthSection['stops']): string[] {
  if (stops === null || stops.count === 0) return [];
  const { count, totalMs, longest } = stops;
  const listed = longest.map(({ atMs, lengthMs }) => `${duration(lengthMs)} at ${duration(atMs)}`);
  const more = count - longest.length;
  return [
    `the process was stopped (SIGSTOP, a paused container, or steal) for ${duration(totalMs)} in all: ` +
      `${listed.join(', ')}${more > 0 ? `, and ${String(more)} shorter` : ''}`,
  ];
}

/** Where nothing was sent, nobody waited. */
function isWaitUnknown({ connectionWait, lateness }: HealthSection): boolean {
  return connectionWait.maxMs === null && lateness.maxMs !== null;
}

function spreadFact(what: string, { p50Ms, p99Ms, maxMs }: Spread): string[] {
  if (maxMs === null) return [];
  return [`${what}: p50 ${duration(p50Ms)}, p99 ${duration(p99Ms)}, max ${duration(maxMs)}`];
}

function busiestFact({ busiest }: HealthSection): string[] {
  if (busiest === null) return [];
  const { seconds, requests: n, lateness, shifts } = busiest;
  const where = `the busiest ${seconds === 1 ? 'second' : `${String(seconds)} seconds`}`;
  return [
    `lag in ${where} (${counted(n, 'request')}): p99 ${duration(lateness.p99Ms)}, max ${duration(lateness.maxMs)}`,
    ...shiftFact(shifts, ` in ${where}`),
  ];
}

/** The number that our own share moves most. */
function shiftFact(shifts: readonly Shift[], where: string): string[] {
  const moved = ({ reportedMs, withoutMs }: Shift): number => Math.abs(reportedMs - withoutMs);
  const worst = [...shifts].sort((a, b) => moved(b) - moved(a))[0];
  if (worst === undefined) return [];
  return [
    `our own share moves response${where} by at most ${duration(moved(worst))} (${worst.statistic}, ${worst.cause})`,
  ];
}

function resourceFact(resources: HealthSection['resources']): string[] {
  const entries = Object.entries(resources ?? {}).map(
    ([name, value]) => `${printable(name)} ${String(Number(value.toPrecision(3)))}`,
  );
  return entries.length === 0 ? [] : [`resources: ${entries.join(', ')}`];
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

function verdict({ verdict: { valid, reasons }, sections: { outcomes } }: Report): string[] {
  if (valid && outcomes.unsent === outcomes.planned)
    return ['NOTHING WAS SENT: the run ended before its first request; no number here says anything.'];
  if (valid) return ['VALID: the generator kept to the schedule and did not distort the results.'];
  const shown = reasons.slice(0, MOST_REASONS).flatMap((reason) => wrapText(printable(reason, 600), WIDTH, '  - '));
  const rest =
    reasons.length > MOST_REASONS ? [`  - and ${String(reasons.length - MOST_REASONS)} more; see report.json`] : [];
  return ['INVALID: these numbers do not describe the service alone.', ...shown, ...rest];
}

function perSecond(n: number, spanMs: number): string {
  return spanMs > 0 ? `${(n / (spanMs / 1000)).toFixed(2)}/s` : '-';
}

/** Never 100 % while one failed. */
function percent(ratio: number): string {
  return `${(ratio < 1 ? Math.min(99.99, Math.floor(ratio * 10_000) / 100) : 100).toFixed(2)}%`;
}

function duration(ms: number | null, absent = '-'): string {
  return ms === null ? absent : formatDuration(ms);
}
