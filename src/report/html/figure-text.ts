import { formatDuration } from '../format-duration.js';

/** 12.34 ms, 84.20 µs; a dash where unknown. */
export function durationText(ms: number | null, unknown = '–'): string {
  return ms === null
    ? unknown
    : formatDuration(ms).replace(/(us|ms|s)$/, (unit) => `\u00a0${unit.replace('us', 'µs')}`);
}

/** 12,345. */
export function countText(n: number): string {
  return n.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** 9,876.5: at most one digit after the point. */
export function rateText(n: number): string {
  return n.toLocaleString('en-US', { maximumFractionDigits: n < 100 ? 2 : 1 });
}

/** 99.95 %: rounded down, so that only everything is 100 %. */
export function shareText(ratio: number | null): string {
  if (ratio === null) return '–';
  return `${(Math.floor(ratio * 1e4 + 1e-9) / 100).toFixed(2)}\u00a0%`;
}

/** Six digits, never in powers of ten where zeros can be read. */
export function amountText(value: number | null): string {
  if (value === null) return '–';
  const short = Number(value.toPrecision(6));
  return Math.abs(short) < 1e-3 && Math.abs(short) > 1e-11 ? short.toFixed(12).replace(/0+$/, '') : short.toString();
}
