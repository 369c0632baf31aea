/** The axes of a plot, and where their marks are. */
import type UPlot from 'uplot';
import type { PlotSpec } from '../plot-spec.js';
import { xText, yText } from './axis-texts.js';
import { ink } from './ink.js';
import { isLogX } from './plot-scales.js';

const SECOND_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
const X_LABELS = {
  seconds: 'time since due 0',
  nines: 'percentile',
  ms: 'latency',
  gap: 'gap between arrivals',
  window: 'length of the windows',
  lag: 'gaps apart',
};

export function axesOf(spec: PlotSpec): UPlot.Axis[] {
  const common = {
    stroke: () => ink('axis'),
    font: '12px system-ui, sans-serif',
    labelFont: '12px system-ui, sans-serif',
    labelSize: 20,
  };
  const x = {
    ...common,
    ...linesOf(isLogX(spec.x)),
    ...(spec.x === 'nines'
      ? { splits: (chart: UPlot, _: number, min: number, max: number) => percentileMarks(chart, min, max) }
      : {}),
    label: X_LABELS[spec.x],
    values: (_: UPlot, splits: (number | null)[]) => splits.map((at) => (at === null ? '' : xText(spec.x, at))),
    space: spec.x === 'seconds' ? 64 : 48,
    size: 34,
    ...(spec.x === 'seconds' ? { incrs: SECOND_STEPS } : {}),
    ...(spec.strip === true ? { label: '', labelSize: 0, size: 8, values: () => [] } : {}),
  };
  const y = {
    ...common,
    ...linesOf(spec.y.log),
    label: spec.y.label,
    size: 62,
    values: (_: UPlot, splits: (number | null)[]) => splits.map((at) => (at === null ? '' : yText(spec.y.unit, at))),
  };
  return [x, y];
}

/** uPlot starts the marks of a logarithmic axis at its least value, however crooked that is. */
function linesOf(log: boolean): Pick<UPlot.Axis, 'filter' | 'grid' | 'ticks' | 'splits'> {
  return {
    grid: { stroke: () => ink('grid'), width: 1 },
    ticks: { stroke: () => ink('grid'), width: 1, size: 5 },
    ...(log ? { splits: (_: UPlot, __: number, min: number, max: number) => roundMarks(min, max) } : {}),
    ...(log ? { filter: (_: UPlot, splits: number[]) => splits } : {}),
  };
}

/** Powers of ten; where too few lie between, their multiples too; between neighbours of those, even parts. */
function roundMarks(min: number, max: number): number[] {
  const powers = Array.from({ length: 40 }, (_, i) => i - 20).filter((power) => 10 ** power <= max);
  for (const leads of [[1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    const marks = powers.flatMap((power) => leads.map((lead) => Number(`${String(lead)}e${String(power)}`)));
    const between = marks.filter((mark) => mark >= min && mark <= max);
    if (between.length > 2) return between.length > 8 ? between.filter((_, i) => i % 2 === 0) : between;
  }
  const step = 10 ** Math.floor(Math.log10(max - min)) / 2;
  const first = Math.ceil(min / step);
  return Array.from({ length: Math.floor(max / step) - first + 1 }, (_, i) => (first + i) * step);
}

/** 50, 90, 99, 99.9, .. %, then 75, 95 and 0 where there is room; where a zoom leaves fewer than two of them, others. */
function percentileMarks(chart: UPlot, min: number, max: number): number[] {
  const nines = Array.from({ length: 13 }, (_, i) => 10 ** (i + 1));
  const room = (mark: number): number => (Math.log(mark / min) / Math.log(max / min)) * (chart.width - 84);
  const marks: number[] = [];
  for (const mark of [2, ...nines, 4, 20, 1]) {
    if (mark < min || mark > max) continue;
    if (marks.every((other) => Math.abs(room(other) - room(mark)) >= 46)) marks.push(mark);
  }
  return marks.length > 1 ? marks.sort((a, b) => a - b) : roundMarks(min, max);
}
