/** How times, percentiles and values are written beside a plot. */
import type { PlotSpec } from '../plot-spec.js';

export function xText(x: PlotSpec['x'], value: number | null): string {
  if (value === null) return '–';
  if (x === 'ms' || x === 'gap' || x === 'window') return longText(value);
  if (x === 'lag') return String(value);
  return x === 'nines' ? percentileText(value) : clockText(value);
}

/** As `yText`, in minutes, hours and days where those are whole. */
function longText(ms: number): string {
  if (ms < 60_000) return yText('ms', ms);
  const [size, unit] = ms < 3_600_000 ? [60_000, 'min'] : ms < 86_400_000 ? [3_600_000, 'h'] : [86_400_000, 'd'];
  return `${short(ms / size)} ${unit}`;
}

/** 1000 is 99.9 %. */
function percentileText(nines: number): string {
  const beyond = 100 / nines;
  const digits = Math.max(0, Math.ceil(-Math.log10(beyond) - 1e-9)) + (Number.isInteger(Math.log10(nines)) ? 0 : 1);
  return `${String(Number((100 - beyond).toFixed(Math.min(digits, 12))))} %`;
}

/** 0:05, 14:30, 1:00:00. */
function clockText(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds % 60)];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${String(h)}:${two(m)}:${two(s)}` : `${String(m)}:${two(s)}`;
}

export function yText(unit: PlotSpec['y']['unit'], value: number | null): string {
  if (value === null) return '–';
  if (unit === 'percent') return `${value.toLocaleString('en-US', { maximumSignificantDigits: 3 })} %`;
  if (unit !== 'ms') return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
  if (value === 0) return '0';
  if (value < 0.9995) return `${short(value * 1000)} µs`;
  return value < 999.5 ? `${short(value)} ms` : `${short(value / 1000)} s`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
