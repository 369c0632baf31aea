import { formatDuration } from '../report/format-duration.js';

/** A length of time for people: 84us, 12.34ms, 9.5s, 4min 10s, 2h 5min, 3d 4h. */
export function lengthText(ms: number): string {
  if (ms < 120_000) return formatDuration(ms).replace(/\.0+(?=[a-z])|(\.\d*?)0+(?=[a-z])/, '$1');
  const [large, small] = ms < 7_200_000 ? ['min', 's'] : ms < 172_800_000 ? ['h', 'min'] : ['d', 'h'];
  const unit = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };
  const parts = Math.round(ms / unit[small as 's']);
  const per = unit[large as 'min'] / unit[small as 's'];
  const rest = parts % per;
  return `${String(Math.floor(parts / per))}${large}${rest === 0 ? '' : ` ${String(rest)}${small}`}`;
}

/** 12,345; below 100 with three significant digits. */
export function numberText(value: number): string {
  return value.toLocaleString('en-US', value < 100 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 });
}

/** 0.27 %. */
export function percentText(share: number): string {
  return `${(100 * share).toLocaleString('en-US', { maximumSignificantDigits: 2 })} %`;
}
