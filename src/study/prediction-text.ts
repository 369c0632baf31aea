import { wrapText } from '../report/wrap-text.js';
import { moneyText, percentText, spreadText, twoDigits } from './figure-texts.js';
import type { Further } from './predict-further.js';
import { sourcesOf } from './render-study-markdown.js';
import { cellName } from './studied-draws.js';
import { costTable, errorTable, latencyTable, layersTable, sectionsOf, type StudyTable } from './study-tables.js';
import type { Sensitivity } from '../predict/sensitivity.js';
import { SENSITIVITY_FOOT } from './study-tornado.js';
import type { CellSensitivity, StudiedCell, StudyResult } from './study-result.js';
import { TRIED_INSTANCES } from '../predict/capacity-needed.js';

export interface PredictionAsked {
  readonly monthly: { readonly everyMs: number } | undefined;
  readonly durationMs: number;
  /** Whether there is an SLO of the user's own. */
  readonly asked: boolean;
}

const COLUMNS = 110;
const MONTH_HOURS = 730;

/** What `replay predict` prints. */
export function predictionText(result: StudyResult, further: readonly Further[], asked: PredictionAsked): string {
  const error = errorTable(result);
  const parts = [
    [sourcesOf(result)],
    ...sectionsOf(result).flatMap((section) => {
      const layers = layersTable(section);
      return [latencyTable(section), costTable(section), ...(layers === undefined ? [] : [layers])].map(tableLines);
    }),
    ...(asked.asked ? [answerLines(result), capacityLines(further)] : []),
    orderLines(result),
    ...(asked.monthly === undefined
      ? []
      : [monthLines(result.cells, further, asked.monthly.everyMs, asked.durationMs)]),
    ...(result.sensitivities ?? []).map(sensitivityLines),
    flagLines(result.cells),
    ...(error === undefined ? [] : [tableLines(error)]),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** Columns beside each other, a line under the head. */
function tableLines({ title, head, rows, foot }: StudyTable): string[] {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')}`.trimEnd();
  return [title, line(head), ...rows.map(line), ...(foot === '' ? [] : wrapText(foot, COLUMNS, '  '))];
}

function answerLines({ answers }: StudyResult): string[] {
  return answers.flatMap(({ headline, reasons }) => [
    'Answer',
    ...wrapText(headline, COLUMNS, '  '),
    ...reasons.flatMap((reason) => wrapText(reason, COLUMNS, '  - ')),
  ]);
}

function capacityLines(further: readonly Further[]): string[] {
  const told = further.flatMap(({ cell, capacity }) => {
    const name = cellName(cell.cell);
    if (capacity === undefined) return [];
    if (capacity === null) return [`  ${name}: more than ${String(TRIED_INSTANCES.at(-1))} instances, or it cannot`];
    return [`  ${name}: ${String(capacity.instances)} (${spreadText(capacity.usd, moneyText)} USD)`];
  });
  return told.length === 0
    ? []
    : ['Capacity needed: the smallest number of instances that meets it in 90 % of the draws', ...told];
}

function orderLines({ orders }: StudyResult): string[] {
  const told = orders.map(
    ({ metric, better, worse, share }) =>
      `  ${metric}: ${sideText(better)} is better than ${sideText(worse)} in ${percentText(share)} of the draws`,
  );
  return told.length === 0 ? [] : ['Orders (without the model-error factor)', ...told];
}

function sideText({ system, runtime }: { readonly system: string; readonly runtime: string }): string {
  return runtime === '' ? system : `${system} (${runtime})`;
}

/** What is rented costs all month; what is paid by use costs what each repetition of the trace does. */
function monthLines(
  cells: readonly StudiedCell[],
  further: readonly Further[],
  everyMs: number,
  durationMs: number,
): string[] {
  const times = (MONTH_HOURS * 3_600_000) / everyMs;
  const told = cells.flatMap((cell) => {
    const { meter } = further.find((one) => one.cell.cell.system === cell.system)?.cell.system ?? {};
    const hourly = meter?.billing.model === 'hourly';
    const perHour = cell.calculator?.usd == null ? null : cell.calculator.usd / (durationMs / 3_600_000);
    const text = hourly
      ? `${moneyText(perHour === null ? null : perHour * MONTH_HOURS)} USD, rented all month, idle or not`
      : spreadText(scaledSpread(cell.cost.usdWithRequestFee, times), moneyText) + ' USD, paid by use';
    return [`  ${cellName(cell)}: ${cell.cost.floorOnly ? 'at least ' : ''}${text}`];
  });
  return [
    `Per month of ${String(MONTH_HOURS)} hours: the trace begins anew every ${twoDigits(everyMs / 3_600_000)} h (${twoDigits(times)} times)`,
    ...told,
  ];
}

function scaledSpread({ median, low, high }: StudiedCell['cost']['usd'], times: number): StudiedCell['cost']['usd'] {
  const of = (value: number | null): number | null => (value === null ? null : value * times);
  return { median: of(median), low: of(low), high: of(high) };
}

const BAR = 20;

/** A tornado: a bar for the number that a parameter moves most, to one scale. */
function sensitivityLines({ parameters, ...cell }: CellSensitivity): string[] {
  if (parameters.length === 0) return [`Sensitivity of ${cellName(cell)}`, '  no parameter of it is uncertain'];
  const text = (value: number | null): string => (value === null ? '-' : twoDigits(value));
  const most = ({ meanMs, successRatio, usd }: Sensitivity): number =>
    [meanMs, successRatio, usd].reduce<number>(
      (far, one) => (Math.abs(one ?? 0) > Math.abs(far) ? (one ?? 0) : far),
      0,
    );
  const scale = Math.max(...parameters.map((one) => Math.abs(most(one))));
  const bar = (value: number): string => {
    const length = Math.round((Math.abs(value) / scale) * BAR);
    return value < 0 ? `${'<'.repeat(length).padStart(BAR)}|${' '.repeat(BAR)}` : `${' '.repeat(BAR)}|${'>'.repeat(length).padEnd(BAR)}`; // prettier-ignore
  };
  return tableLines({
    title: `Sensitivity of ${cellName(cell)}`,
    head: ['parameter', 'mean', 'success', 'USD', 'the largest of the three'],
    rows: parameters.map((one) => [one.what, text(one.meanMs), text(one.successRatio), text(one.usd), bar(most(one))]),
    foot: SENSITIVITY_FOOT,
  });
}

function flagLines(cells: readonly StudiedCell[]): string[] {
  const told = cells.flatMap((cell) => [
    ...cell.flags.map((flag) => `  ${cellName(cell)}: ${flag}`),
    ...(cell.guesses.length === 0 ? [] : [`  ${cellName(cell)}: guessed: ${cell.guesses.join(', ')}`]),
    ...(cell.refused === null ? [] : [`  ${cellName(cell)}: refused: ${cell.refused}`]),
  ]);
  return told.length === 0 ? [] : ['Flags', ...told];
}
