import { formatDuration } from '../report/format-duration.js';

/** A number of a run in three digits, with its unit. */
export function shownNumber(value: number, unit: 'ms' | 'share' | 'count' | 'usd'): string {
  if (unit === 'ms') return formatDuration(value);
  if (unit === 'share') return `${(100 * value).toFixed(1)} %`;
  const text = String(Number(value.toPrecision(3)));
  return unit === 'usd' ? `${text} USD` : text;
}
