import { wrapText } from '../report/wrap-text.js';
import { printable } from '../errors.js';
import type { ColumnSummary } from './column-summary.js';
import { describe } from './describe.js';
import type { Inspection } from './inspect.js';
import { lengthText, numberText, percentText } from './length-text.js';

const WIDTH = 80;
const LABEL = 15;

/** One screen of at most 80 columns. */
export function inspectionText(inspection: Inspection): string {
  const lines = [
    title(inspection),
    ...rates(inspection),
    ...gapLines(inspection),
    ...idcLines(inspection),
    burstLine(inspection),
    ...longGapLines(inspection),
    stampLine(inspection),
    ...instanceLines(inspection),
    ...columnLines(inspection),
  ];
  return [...lines, '', ...wrapText(describe(inspection).join(' '), WIDTH), ''].join('\n');
}

function row(label: string, text: string): string[] {
  return wrapText(text, WIDTH, label.padEnd(LABEL));
}

function title({ name, arrivals, durationMs, meanPerSecond }: Inspection): string {
  return `${name}: ${numberText(arrivals)} arrivals in ${lengthText(durationMs)}, ${numberText(meanPerSecond)}/s`;
}

function rates(inspection: Inspection): string[] {
  const { peaks, peakToMean, rateQuantiles: at, rates: drawn } = inspection;
  const highest = peaks.map(({ windowMs, perSecond, atMs }) => `${numberText(perSecond)}/s over ${lengthText(windowMs)} (at ${lengthText(atMs)})`); // prettier-ignore
  return [
    ...row('rate', `${sparkline(drawn.counts)}  0 to ${lengthText(inspection.durationMs)}`),
    ...(highest.length === 0 ? [] : row('peak', `${highest.join(', ')}; ${numberText(peakToMean ?? NaN)} x the mean`)),
    ...(Number.isFinite(at.p50)
      ? row(
          'quantiles',
          `p5 ${numberText(at.p5)}, p50 ${numberText(at.p50)}, p95 ${numberText(at.p95)}, p99 ${numberText(at.p99)} per second, in windows of ${lengthText(at.windowMs)}`,
        )
      : []),
  ];
}

const BARS = '▁▂▃▄▅▆▇█';
const COLUMNS = 48;

/** The mean rate of each of some equal parts of the trace, as a bar; a space is a part without an arrival. */
function sparkline(counts: readonly number[]): string {
  const columns = Math.min(COLUMNS, counts.length);
  const means = Array.from({ length: columns }, (_, i) => {
    const part = counts.slice(
      Math.floor((i * counts.length) / columns),
      Math.floor(((i + 1) * counts.length) / columns),
    );
    return part.reduce((sum, count) => sum + count, 0) / Math.max(1, part.length);
  });
  const most = Math.max(...means);
  return means.map((mean) => (mean === 0 ? ' ' : BARS[Math.min(7, Math.floor((8 * mean) / most))])).join('');
}

function gapLines({ gaps }: Inspection): string[] {
  if (gaps === null) return [];
  const { scv, autocorrelation, autocorrelationBound, longest } = gaps;
  const at = (lag: number): string[] => {
    const value = autocorrelation[lag - 1];
    return value === undefined ? [] : [`${value.toFixed(3)} at ${String(lag)}`];
  };
  return [
    ...row(
      'gaps',
      `mean ${lengthText(gaps.meanMs)}, SCV ${numberText(scv)} (1 is Poisson), longest ${lengthText(longest[0]?.lengthMs ?? 0)}`,
    ),
    ...row(
      'correlation',
      `${[1, 10, 100].flatMap(at).join(', ')} gaps apart (±${autocorrelationBound.toFixed(3)} by chance)`,
    ),
  ];
}

const SHOWN_WINDOWS = [10, 100, 1000, 10_000, 60_000, 100_000, 1_000_000, 10_000_000];

function idcLines({ idc }: Inspection): string[] {
  const shown = idc.filter(({ windowMs }, i) => SHOWN_WINDOWS.includes(windowMs) || i === idc.length - 1);
  if (shown.length === 0) return [];
  return row(
    'IDC',
    `${shown.map(({ windowMs, idc: value }) => `${numberText(value)} in ${lengthText(windowMs)}`).join(', ')} (1 is Poisson)`,
  );
}

function burstLine({ bursts }: Inspection): string {
  const { count, medianLengthMs, longestMs, highestPerSecond, shareOfTime, shareOfArrivals, abovePerSecond, windowMs } =
    bursts;
  const what = `above ${numberText(abovePerSecond)}/s, 3 x the mean, in windows of ${lengthText(windowMs)}`;
  if (count === 0) return row('bursts', `none ${what}`).join('\n');
  return row(
    'bursts',
    `${numberText(count)} ${what}: median ${lengthText(medianLengthMs ?? 0)}, longest ${lengthText(longestMs ?? 0)}, up to ${numberText(highestPerSecond ?? 0)}/s; ${percentText(shareOfTime)} of the time, ${percentText(shareOfArrivals)} of the arrivals`,
  ).join('\n');
}

function longGapLines({ longGaps, firstMs, lastMs, durationMs }: Inspection): string[] {
  const edges = [
    ...(firstMs > 60_000 ? [`nothing before ${lengthText(firstMs)}`] : []),
    ...(durationMs - lastMs > 60_000 ? [`nothing in the last ${lengthText(durationMs - lastMs)}`] : []),
  ];
  const gaps = longGaps.map(({ aboveMs, count }) => `${numberText(count)} above ${lengthText(aboveMs)}`);
  return row('silences', [...gaps, ...edges].join(', '));
}

function stampLine({ stamps: { resolutionMs, duplicates, mostAtOnce } }: Inspection): string {
  const resolution = resolutionMs === null ? 'no common step' : `multiples of ${lengthText(resolutionMs)}`;
  const equal = duplicates === 0 ? 'no two equal' : `${numberText(duplicates)} equal to the one before, at most ${numberText(mostAtOnce)} at once`; // prettier-ignore
  return row('time stamps', `${resolution}, ${equal}`).join('\n');
}

function instanceLines({ concurrency: { serviceMs, mean, p99, most, pools } }: Inspection): string[] {
  const cold = pools.map(
    ({ idleLifetimeMs, coldStarts }) => `${numberText(coldStarts)} at ${lengthText(idleLifetimeMs)}`,
  );
  return [
    ...row(
      'instances',
      `at ${lengthText(serviceMs)} a request: mean ${numberText(mean)}, p99 ${numberText(p99)}, most ${numberText(most)} at once`,
    ),
    ...row('cold starts', `${cold.join(', ')} of idle lifetime, if none queues`),
  ];
}

/** A screen holds no more; --json has all. */
const MOST_COLUMNS = 8;

function columnLines({ columns }: Inspection): string[] {
  const shown = columns.slice(0, MOST_COLUMNS).flatMap((column) => row(named(column.name), columnText(column)));
  const more = columns.length - MOST_COLUMNS;
  return more > 0 ? [...shown, ...row('columns', `${String(more)} more are in --json`)] : shown;
}

function named(name: string): string {
  const shown = printable(name, 40);
  return shown.length < LABEL ? shown : `${shown.slice(0, LABEL - 2)}…`;
}

/** What a column holds, in a line or two. */
export function columnText({ type, numbers, top, distinct, absent }: ColumnSummary): string {
  const without = absent > 0 ? [`absent in ${numberText(absent)}`] : [];
  if (numbers !== null) {
    const { mean, least, p50, p90, p99, most } = numbers;
    const of = type === 'numbers' ? 'lists of ' : '';
    return [
      `${of}${numberText(least)} to ${numberText(most)}, mean ${numberText(mean)}, p50 ${numberText(p50)}, p90 ${numberText(p90)}, p99 ${numberText(p99)}`,
      ...without,
    ].join('; ');
  }
  const values = top.map(({ value, share }) => `${printable(value, 24)} ${percentText(share)}`);
  const many = distinct === null ? ['more than are counted'] : distinct > top.length ? [`${numberText(distinct)} in all`] : []; // prettier-ignore
  return [...values, ...many, ...without].join('; ');
}
