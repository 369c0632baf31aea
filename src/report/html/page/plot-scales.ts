/** The scales of a plot: linear or logarithmic, and their ranges. */
import type UPlot from 'uplot';
import type { PlotSpec } from '../plot-spec.js';

/** Values below it are drawn at it: a logarithm has no zero. */
export const LEAST_MS = 0.001;

export function distribution(log: boolean): UPlot.Scale.Distr {
  const code: unknown = log ? 3 : 1; // an enum that has no values when each file compiles alone
  return code as UPlot.Scale.Distr;
}

export function isLogX(x: PlotSpec['x']): boolean {
  return x !== 'seconds' && x !== 'lag';
}

export function xRange(min: number | null, max: number | null): UPlot.Range.MinMax {
  if (min === null || max === null) return [1, 100];
  return min < max ? [min, max] : [min, min * 1.1 + 1];
}

/** Holds the limits too: a reader must see how far away they are. */
export function yRange(
  { y, series, heat, limits = [] }: PlotSpec,
  min: number | null,
  max: number | null,
): UPlot.Range.MinMax {
  const values = limits.filter(({ axis }) => axis === 'y').map(({ value }) => value);
  if (heat !== undefined) values.push(...heat.edges.slice(0, 1), ...heat.edges.slice(-1));
  else if (min !== null && max !== null) values.push(min, max);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!y.log)
    return values.length === 0 || (most <= 0 && least >= 0)
      ? [0, 1]
      : [Math.min(0, least * 1.06), Math.max(0, most * 1.06)];
  if (values.length === 0) return [1, 1000];
  const room = series.some(({ look }) => look === 'top') ? 1.5 : 1.08; // marks stand beside the curves
  return [Math.max(least, LEAST_MS) / room, Math.max(most, LEAST_MS) * room];
}
