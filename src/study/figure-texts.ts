import type { Spread } from '../predict/spread.js';
import { formatDuration } from '../report/format-duration.js';

/** Two significant digits: a prediction has no more. Never in powers of ten where zeros can be read. */
export function twoDigits(value: number): string {
  const rounded = Number(value.toPrecision(2));
  const size = Math.abs(rounded);
  if (size === 0 || size >= 1e21 || size < 1e-12) return String(rounded);
  return size >= 1e-6 ? String(rounded) : rounded.toFixed(12).replace(/0+$/, '');
}

/** 58ms, 2.3s: two digits. */
export function msText(ms: number | null): string {
  if (ms === null) return 'inf';
  const [, digits = '', unit = ''] = /^(-?[\d.]+)(\D+)$/.exec(formatDuration(Number(ms.toPrecision(2)))) ?? [];
  return `${String(Number(digits))} ${unit}`;
}

/** 0.0090 USD is 0.009. */
export function moneyText(usd: number | null): string {
  return usd === null ? '-' : twoDigits(usd);
}

/** Rounded down, so that only everything is 100 %. */
export function percentText(share: number | null): string {
  if (share === null || Number.isNaN(share)) return '-';
  const percent = share * 100;
  const digits = percent > 99 && percent < 100 ? Math.floor(percent * 10 + 1e-9) / 10 : Math.floor(percent + 1e-9);
  return `${String(digits)} %`;
}

export function countText(count: number | null): string {
  return count === null ? '-' : count < 100 ? String(Number(count.toPrecision(2))) : twoDigits(count);
}

/** `58 ms (45 ms-76 ms)`, or the median alone where all are alike. */
export function spreadText({ median, low, high }: Spread, text: (value: number | null) => string): string {
  const [middle, from, to] = [text(median), text(low), text(high)];
  return from === middle && to === middle ? middle : `${middle} (${from} to ${to})`;
}
