import type { Progress } from '../progress.js';
import { formatDuration } from '../report/format-duration.js';
import { FAILURES } from '../sample.js';

/** `12.30ms`; a dash where there is nothing to tell. */
export function durationText(ms: number | null): string {
  return ms === null ? '-' : formatDuration(ms);
}

/** Whole seconds up to 2 minutes, then `3m05s`, `2h07m`. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${String(seconds)}s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 7200) return `${String(Math.floor(seconds / 60))}m${two(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  return `${String(Math.floor(minutes / 60))}h${two(minutes % 60)}m`;
}

/** `52.1/s`, `1,234/s`. */
export function rateText(perSecond: number): string {
  return `${perSecond < 99.95 ? perSecond.toFixed(1) : countText(perSecond)}/s`;
}

/** `1,234,567`. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Of what is answered; rounded down, so that 100 % has no failure. */
export function successText({ ok, failed }: Progress): string {
  if (ok + failed === 0) return '-';
  return failed === 0 ? '100 %' : `${(Math.floor((ok / (ok + failed)) * 10_000) / 100).toFixed(2)} %`;
}

/** The commonest first. */
export function failureTexts({ failures }: Progress): string[] {
  return FAILURES.flatMap((kind) => {
    const count = failures[kind] ?? 0;
    return count === 0 ? [] : [{ kind, count }];
  })
    .sort((a, b) => b.count - a.count)
    .map(({ kind, count }) => `${kind} ${countText(count)}`);
}

/** `0.001234 USD`: 4 significant digits. */
export function costText({ amount, currency }: NonNullable<Progress['cost']>): string {
  const digits = amount >= 1000 || amount === 0 ? 2 : Math.min(12, Math.max(2, 3 - Math.floor(Math.log10(amount))));
  return `${amount.toFixed(digits)} ${currency}`;
}
