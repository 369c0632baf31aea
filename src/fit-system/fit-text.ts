import { formatAmount } from '../systems/format-amount.js';
import type { Checked } from './held-back.js';
import type { Fit } from './fit-system.js';
import { shownNumber } from './shown-number.js';
import { textTable } from './text-table.js';
import type { FittedNumber } from './with-ranges.js';

/** What a fit found, for the terminal. */
export function fitText({ numbers, ridges, chosen, alternatives, check, calls }: Fit): string {
  const exercised = numbers.filter(({ seen }) => seen !== 'not-exercised');
  const kept = numbers.filter(({ seen }) => seen === 'not-exercised');
  return [
    `Fitted to ${String(calls)} calls; mechanism: ${chosen}`,
    '',
    ...textTable([['parameter', 'value', 'range', 'from the runs'], ...exercised.map(rowOf)]),
    ...(kept.length === 0 ? [] : ['', 'Not exercised (the range before is kept):', ...kept.map(({ path }) => `  ${path}: ${rangeText(kept, path)}`)]), // prettier-ignore
    ...(ridges.length === 0 ? [] : ['', 'Ridges (pairs that these runs hardly tell apart):', ...ridges.map(({ a, b, trade }) => `  ${a} and ${b}: 1 % more of the first is made up by ${signed(trade)} % of the second`)]), // prettier-ignore
    ...(alternatives.length === 0 ? [] : ['', 'These mechanisms fit about as well:', ...alternatives.map((name) => `  ${name}`)]), // prettier-ignore
    '',
    'Checked on the windows held back, a quarter of the time:',
    ...textTable([['', 'real', 'fitted', 'fitted/real'], ...check.map(checkedRow)]),
    '',
  ].join('\n');
}

const SEEN = {
  fitted: 'fitted',
  'at-least': 'a lower bound',
  'at-most': 'an upper bound',
  'not-exercised': '',
} as const;

function rowOf({ path, value, range, unit, seen }: FittedNumber): string[] {
  const ends = range === undefined ? '' : range.map((end) => String(formatAmount(end, unit, 4))).join(' to ');
  return [path, String(formatAmount(value, unit, 4)), ends, SEEN[seen]];
}

function rangeText(numbers: readonly FittedNumber[], path: string): string {
  const [, value = '', range = ''] = rowOf(numbers.find((one) => one.path === path) as FittedNumber);
  return range === '' ? value : `${value} (${range})`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(1)}`;
}

function checkedRow({ what, unit, real, fitted }: Checked): string[] {
  const ratio = real === 0 ? (fitted === 0 ? '1.00' : '-') : (fitted / real).toFixed(2);
  return [what, shownNumber(real, unit), shownNumber(fitted, unit), ratio];
}
