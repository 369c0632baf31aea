import { formatDuration } from '../report/format-duration.js';
import type { ComparedMetric } from '../collectors/metric-table.js';

/** A value in its metric's unit; `-` unknown, `inf` infinite. `signed`: a change. */
export function amountOf({ unit }: Pick<ComparedMetric, 'unit'>, value: number | null, signed = false): string {
  if (value === null || Number.isNaN(value)) return '-';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const plus = signed && value > 0 ? '+' : '';
  if (unit === 'ms') return plus + formatDuration(value);
  if (unit === 'share') return plus + (signed ? `${short(value * 100)}pp` : shareOf(value));
  return plus + (unit === 'money' ? moneyOf(value) : short(value));
}

/** +12.3%, of a ratio less 1. */
export function changeOf(value: number | null): string {
  if (value === null || Number.isNaN(value)) return '-';
  if (!Number.isFinite(value)) return value > 0 ? '+inf' : '-inf';
  const percent = Math.abs(value) < 10 ? Number((value * 100).toFixed(2)) : Math.round(value * 100);
  return `${percent > 0 ? '+' : ''}${String(percent)}%`;
}

/** 99.95%: rounded down, so that only everything is 100 %. */
function shareOf(ratio: number): string {
  return `${(Math.floor(ratio * 1e4 + 1e-9) / 100).toFixed(2)}%`;
}

/** Four digits, never in powers of ten where zeros can be read. */
export function moneyOf(value: number): string {
  const rounded = Number(value.toPrecision(4));
  return Math.abs(rounded) < 1e-3 && Math.abs(rounded) > 1e-11
    ? rounded.toFixed(12).replace(/0+$/, '')
    : String(rounded);
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A round length of time, for an axis: 100ms, not 100.0ms. */
export function tickOf(ms: number): string {
  return ms === 0
    ? '0'
    : formatDuration(ms)
        .replace(/(\.\d*?)0+(?=[a-z])/, '$1')
        .replace(/\.(?=[a-z])/, '');
}
