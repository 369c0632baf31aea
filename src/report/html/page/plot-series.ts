/** The series of a plot: their values in uPlot's order, and how each is drawn. */
import type UPlot from 'uplot';
import type { PlotSeries, PlotSpec } from '../plot-spec.js';
import { yText } from './axis-texts.js';
import { ink } from './ink.js';
import { LEAST_MS } from './plot-scales.js';

declare const uPlot: typeof UPlot;

/** Stacks become sums, the highest first, so that each lower one is painted over it; marks become places at an edge. */
export function dataOf({ xs, series, y, x }: PlotSpec): UPlot.AlignedData {
  const sums = new Array<number>(xs.length).fill(0);
  const stacks = series
    .filter(({ look }) => look === 'stack')
    .map(({ values }) => values.map((value, i) => (sums[i] = (sums[i] ?? 0) + (value ?? 0))))
    .reverse();
  const others = series.filter(({ look }) => look !== 'stack').map((one) => placed(one, y.log));
  return [x === 'seconds' ? [...xs] : xs.map((value) => Math.max(value, LEAST_MS)), ...stacks, ...others];
}

function placed({ look, values }: PlotSeries, log: boolean): (number | null)[] {
  if (isMark(look)) {
    const at = look === 'top' ? 0.97 : 0.03;
    return values.map((value) => (value === null ? null : at));
  }
  return log ? values.map((value) => (value === null ? null : Math.max(value, LEAST_MS))) : [...values];
}

function isMark(look: PlotSeries['look']): boolean {
  return look === 'top' || look === 'bottom';
}

/** In the order of the data. */
export function inOrder(series: readonly PlotSeries[]): readonly PlotSeries[] {
  return [...series.filter(({ look }) => look === 'stack').reverse(), ...series.filter(({ look }) => look !== 'stack')];
}

export function seriesOf({ y }: PlotSpec, { label, ink: name, look, dash, values }: PlotSeries): UPlot.Series {
  const colour = (): string => ink(name);
  const value = (_: UPlot, __: unknown, ___: number, i: number | null): string =>
    i === null ? '–' : yText(isMark(look) || look === 'told' ? 'count' : y.unit, values[i] ?? null);
  const base = { label, value, stroke: colour, ...(dash ? { dash: [5, 4] } : {}) };
  if (look === 'told') return { ...base, scale: 'edge', paths: () => null, points: { show: false } };
  if (isMark(look)) {
    return { ...base, scale: 'edge', paths: () => null, points: { show: true, size: 6, width: 0, fill: colour } };
  }
  if (look === 'line')
    return { ...base, width: name === 'faint' ? 3 : 1.5, points: { show: true, size: 4, fill: colour, filter: alone } };
  const points = { show: false };
  const paths = uPlot.paths.stepped?.({ align: 1 }) as UPlot.Series.PathBuilder;
  if (look === 'stack') return { ...base, width: 0, points, paths, fill: colour };
  if (look === 'area') return { ...base, width: 1, points, paths, fill: () => `${ink(name)}30` };
  return { ...base, width: 1.5, points, paths };
}

/** A value between two gaps is on no line: it gets a point. */
function alone(chart: UPlot, series: number): number[] {
  const values = chart.data[series] ?? [];
  const isGap = (i: number): boolean => (values[i] ?? null) === null;
  return Array.from(values.keys()).filter((i) => !isGap(i) && isGap(i - 1) && isGap(i + 1));
}

/** As it is drawn: a line, a dashed one, an area or a mark. */
export function markerLook({ look, dash }: PlotSeries): string {
  if (look === 'told') return 'none';
  if (isMark(look)) return 'mark';
  if (look === 'area' || look === 'stack') return 'area';
  return dash ? 'dash' : 'line';
}
