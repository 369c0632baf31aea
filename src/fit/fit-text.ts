import { lengthText, numberText, percentText } from '../inspect/length-text.js';
import { wrapText } from '../report/wrap-text.js';
import type { TrafficFit } from './fit-traffic.js';
import type { Estimate, StateEstimate } from './mmpp-uncertainty.js';
import type { NamedEstimate } from './candidate.js';

const WIDTH = 80;
const LABEL = 15;

/** One screen of at most 80 columns. */
export function fitText(fit: TrafficFit): string {
  const { best, rhythm } = fit;
  return [
    `${fit.name}: ${numberText(fit.arrivals)} arrivals in ${lengthText(fit.durationMs)}, fitted by ${best.label}`,
    '',
    ...table([HEAD, ...fit.tried.map(({ label, parameters, logLikelihood, aic, bic }) => [label, String(parameters), ...[logLikelihood, aic, bic].map((value) => value.toFixed(1))])]), // prettier-ignore
    '',
    ...(best.states === undefined ? estimateLines(best.estimates) : table([STATE_HEAD, ...best.states.map(stateRow)])),
    ...(rhythm === null ? [] : row('hours', `${rhythm.profile.factors.map((factor) => factor.toFixed(2)).join(' ')} times the rate, from the start of the trace; they explain ${percentText(rhythm.explained)} of how hourly counts vary`)), // prettier-ignore
    '',
    ...goodnessLines(fit),
    '',
    ...wrapText(verdict(fit), WIDTH),
    ...notes(fit).flatMap((note) => wrapText(note, WIDTH)),
    '',
  ].join('\n');
}

const HEAD = ['process', 'parameters', 'log-likelihood', 'AIC', 'BIC'];
const STATE_HEAD = ['state', 'rate (95 %)', 'mean stay (95 %)', 'left', 'time'];

function row(label: string, text: string): string[] {
  return wrapText(text, WIDTH, label.padEnd(LABEL));
}

/** The first column to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((cells) => cells[i]?.length ?? 0)));
  return rows.map((cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
}

function stateRow({ ratePerSecond, sojournSeconds, exits, shareOfTime }: StateEstimate, i: number): string[] {
  return [
    String(i),
    `${withRange(ratePerSecond, numberText)} /s`,
    withRange(sojournSeconds, secondsText),
    exits < 10 ? exits.toFixed(1) : numberText(exits),
    percentText(shareOfTime),
  ];
}

export function secondsText(seconds: number): string {
  return lengthText(1000 * seconds);
}

/** 9.97 (9.5 to 10.4); > 12 where there is only a bound. */
export function withRange({ value, low, high }: Estimate, text: (value: number) => string): string {
  if (low !== null && high === null) return `above ${text(low)}`;
  if (low === null && high !== null) return `below ${text(high)}`;
  return low === null || high === null ? text(value) : `${text(value)} (${text(low)} to ${text(high)})`;
}

function estimateLines(estimates: readonly NamedEstimate[]): string[] {
  return estimates.flatMap(
    ({ name, unit, ...estimate }) =>
    row(name, unit === 's' ? withRange(estimate, secondsText) : `${withRange(estimate, numberText)}${unit === '' ? '' : ` ${unit}`}`), // prettier-ignore
  );
}

function goodnessLines({ goodness: { kolmogorov, idc, correlation, simulated } }: TrafficFit): string[] {
  const inside = idc.filter((point) => point.idc >= point.low && point.idc <= point.high).length;
  const { distance, p } = kolmogorov;
  return [
    ...row('gaps', `Kolmogorov-Smirnov distance ${distance.toFixed(4)} after rescaling time, p ${p < 1e-4 ? '< 0.0001' : p.toFixed(4)}`), // prettier-ignore
    ...row('counts', `variance / mean within the band of ${String(simulated)} simulated traces at ${String(inside)} of ${String(idc.length)} time scales`), // prettier-ignore
    ...row('correlation', correlation.map(({ lag, value, low, high }) => `${value.toFixed(3)} at ${String(lag)} (simulated ${low.toFixed(3)} to ${high.toFixed(3)})`).join(', ')), // prettier-ignore
  ];
}

export function verdict({ best, goodness: { fits, misfits } }: TrafficFit): string {
  return fits
    ? `${best.label} fits: traces of its recipe look like this one in gaps, counts and correlation.`
    : `${best.label} does not fit: ${misfits.join('; ')}.`;
}

export function notes({ notes: found, cutShort, limitMs }: TrafficFit): string[] {
  return [...found, ...(cutShort ? [`The limit of ${lengthText(limitMs)} (--time-limit) ended the search.`] : [])];
}
