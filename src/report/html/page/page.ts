/** What runs in the page: draws its plots, and lets mouse and keyboard move the cursor and zoom. Stands behind uPlot, and the modules that it imports, in one script. */
import type UPlot from 'uplot';
import type { PlotSeries, PlotSpec } from '../plot-spec.js';
import { drawHeat } from './draw-heat.js';
import { drawLimits } from './draw-limits.js';
import { ink, root } from './ink.js';
import { followLabels } from './place-labels.js';

declare const uPlot: typeof UPlot;

const PRINT_WIDTH = 660;
const PHONE_WIDTH = 480;
const LEAST_MS = 0.001;
const SECOND_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

interface Drawn {
  readonly chart: UPlot;
  readonly place: HTMLElement;
  readonly spec: PlotSpec;
}

function readSpecs(): readonly PlotSpec[] {
  return JSON.parse(document.getElementById('plots')?.textContent ?? '[]') as PlotSpec[];
}

function draw(spec: PlotSpec): Drawn[] {
  const place = document.getElementById(`plot-${spec.id}`);
  if (place === null) return [];
  const chart = new uPlot(optionsOf(spec, place.clientWidth), dataOf(spec), place);
  if (spec.strip === true) place.classList.add('strip');
  const drawn = { chart, place, spec };
  new ResizeObserver(() => {
    if (root.dataset['print'] === undefined)
      chart.setSize({ width: place.clientWidth, height: heightOf(place.clientWidth, spec) });
  }).observe(place);
  paintLegend(chart, spec);
  takeKeys(drawn);
  openLegend(chart);
  return [drawn];
}

function heightOf(width: number, { strip }: PlotSpec): number {
  if (strip === true) return 110;
  return width < PHONE_WIDTH ? 220 : 270;
}

// --- data

/** Stacks become sums, the highest first, so that each lower one is painted over it; marks become places at an edge. */
function dataOf({ xs, series, y, x }: PlotSpec): UPlot.AlignedData {
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
function inOrder(series: readonly PlotSeries[]): readonly PlotSeries[] {
  return [...series.filter(({ look }) => look === 'stack').reverse(), ...series.filter(({ look }) => look !== 'stack')];
}

// --- options

function optionsOf(spec: PlotSpec, width: number): UPlot.Options {
  const shared = spec.x === 'seconds';
  return {
    width,
    height: heightOf(width, spec),
    padding: [10, 22, 0, 0],
    scales: {
      x: { time: false, distr: distribution(!shared), range: (_, min, max) => xRange(min, max) },
      y: { distr: distribution(spec.y.log), range: (_, min, max) => yRange(spec, min, max) },
      edge: { range: [0, 1] },
    },
    series: [
      { label: X_NAMES[spec.x], value: (_, value: number | null) => xText(spec.x, value) },
      ...inOrder(spec.series).map((series) => seriesOf(spec, series)),
    ],
    axes: axesOf(spec),
    cursor: {
      y: false,
      points: { size: 6 },
      ...(shared ? { sync: { key: 'seconds', setSeries: false, scales: ['x', null], filters: { pub: isMove } } } : {}),
    },
    legend: { markers: { width: 0, fill: () => 'transparent' } },
    hooks: {
      drawClear: [(chart) => { shade(chart, spec.shadedTo); if (spec.heat !== undefined) drawHeat(chart, spec.heat); }], // prettier-ignore
      draw: [(chart) => { drawLimits(chart, spec.limits ?? []); }], // prettier-ignore
      setScale: [(chart, key) => { if (key === 'x' && shared) zoomAlike(chart); }], // prettier-ignore
    },
  };
}

function distribution(log: boolean): UPlot.Scale.Distr {
  const code: unknown = log ? 3 : 1; // an enum that has no values when each file compiles alone
  return code as UPlot.Scale.Distr;
}

/** Zoom is shared by its own way; only where the cursor is goes around. */
function isMove(type: string): boolean {
  return type === 'mousemove' || type === 'mouseleave';
}

const X_NAMES = { seconds: 'Time', nines: 'Percentile', ms: 'From' };

function xRange(min: number | null, max: number | null): UPlot.Range.MinMax {
  if (min === null || max === null) return [1, 100];
  return min < max ? [min, max] : [min, min * 1.1 + 1];
}

/** Holds the limits too: a reader must see how far away they are. */
function yRange(
  { y, series, heat, limits = [] }: PlotSpec,
  min: number | null,
  max: number | null,
): UPlot.Range.MinMax {
  const values = limits.filter(({ axis }) => axis === 'y').map(({ value }) => value);
  if (heat !== undefined) values.push(...heat.edges.slice(0, 1), ...heat.edges.slice(-1));
  else if (min !== null && max !== null) values.push(min, max);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!y.log) return values.length === 0 || most <= 0 ? [0, 1] : [0, most * 1.06];
  if (values.length === 0) return [1, 1000];
  const room = series.some(({ look }) => look === 'top') ? 1.5 : 1.08; // marks stand beside the curves
  return [Math.max(least, LEAST_MS) / room, Math.max(most, LEAST_MS) * room];
}

function seriesOf({ y }: PlotSpec, { label, ink: name, look, dash, values }: PlotSeries): UPlot.Series {
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

function axesOf(spec: PlotSpec): UPlot.Axis[] {
  const common = {
    stroke: () => ink('axis'),
    font: '12px system-ui, sans-serif',
    labelFont: '12px system-ui, sans-serif',
    labelSize: 20,
  };
  const x = {
    ...common,
    ...linesOf(spec.x !== 'seconds'),
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

const X_LABELS = { seconds: 'time since due 0', nines: 'percentile', ms: 'latency' };

// --- texts

function xText(x: PlotSpec['x'], value: number | null): string {
  if (value === null) return '–';
  if (x === 'ms') return yText('ms', value);
  return x === 'nines' ? percentileText(value) : clockText(value);
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

function yText(unit: PlotSpec['y']['unit'], value: number | null): string {
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

// --- colours

function markerInk(chart: UPlot, series: number): string {
  const stroke = chart.series[series]?.stroke;
  const colour = typeof stroke === 'function' ? stroke(chart, series) : stroke;
  return typeof colour === 'string' ? colour : '';
}

/** As it is drawn: a line, a dashed one, an area or a mark. */
function markerLook({ look, dash }: PlotSeries): string {
  if (look === 'told') return 'none';
  if (isMark(look)) return 'mark';
  if (look === 'area' || look === 'stack') return 'area';
  return dash ? 'dash' : 'line';
}

function followTheme(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
}

function redrawAll(): void {
  for (const { chart, spec } of plots) {
    chart.redraw(false);
    paintLegend(chart, spec);
  }
}

function paintLegend(chart: UPlot, spec: PlotSpec): void {
  const drawn = inOrder(spec.series);
  for (const [i, marker] of chart.root.querySelectorAll<HTMLElement>('.u-series .u-marker').entries()) {
    marker.style.background = ''; // the style sheet draws it as its curve is drawn
    marker.style.color = markerInk(chart, i);
    const one = drawn[i - 1];
    marker.dataset['look'] = one === undefined ? 'none' : markerLook(one);
  }
}

/** On paper: light, and as wide as the paper. */
function followPrinting(): void {
  addEventListener('beforeprint', () => {
    root.dataset['print'] = '';
    for (const { chart, spec } of plots)
      chart.setSize({ width: Math.min(PRINT_WIDTH, chart.width), height: spec.strip === true ? 100 : 230 });
    redrawAll();
  });
  addEventListener('afterprint', () => {
    delete root.dataset['print'];
    for (const { chart, place, spec } of plots)
      chart.setSize({ width: place.clientWidth, height: heightOf(place.clientWidth, spec) });
    redrawAll();
  });
}

function shade(chart: UPlot, upTo: number): void {
  if (upTo <= 0) return;
  const { left, top, width, height } = chart.bbox;
  const end = Math.min(left + width, Math.max(left, chart.valToPos(upTo, 'x', true)));
  chart.ctx.save();
  chart.ctx.fillStyle = ink('shade');
  chart.ctx.fillRect(left, top, end - left, height);
  chart.ctx.restore();
}

// --- zoom and keys

/** Told when a chart's scale has changed; ends when all are alike. */
function zoomAlike(from: UPlot): void {
  const { min, max } = from.scales['x'] ?? {};
  if (min === undefined || max === undefined) return;
  for (const { chart, spec } of plots) {
    const x = chart.scales['x'];
    if (spec.x !== 'seconds' || (x?.min === min && x.max === max)) continue;
    chart.batch(() => {
      chart.setScale('x', { min, max });
    });
  }
}

function takeKeys({ chart, place }: Drawn): void {
  place.addEventListener('keydown', (event) => {
    if (event.target !== place || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!KEYS[event.key]?.(chart, event.shiftKey ? 10 : 1)) return;
    event.preventDefault();
  });
}

/** True: the key was for us. */
const KEYS: Readonly<Record<string, (chart: UPlot, steps: number) => boolean>> = {
  ArrowLeft: (chart, steps) => moveCursor(chart, -steps),
  ArrowRight: (chart, steps) => moveCursor(chart, steps),
  '+': (chart) => zoom(chart, 0.5),
  '=': (chart) => zoom(chart, 0.5),
  '-': (chart) => zoom(chart, 2),
  '0': (chart) => zoom(chart, Infinity),
  Escape: (chart) => zoom(chart, Infinity),
};

function moveCursor(chart: UPlot, steps: number): boolean {
  const xs = chart.data[0];
  const [first, last] = chart.series[0]?.idxs ?? [0, xs.length - 1];
  const from = chart.cursor.idx ?? (steps > 0 ? first - 1 : last + 1);
  const to = Math.min(last, Math.max(first, from + steps));
  const x = xs[to];
  if (x !== undefined) pointAt(chart, x);
  return true;
}

/** As the mouse would: the other plots against time hear of it. */
function pointAt(chart: UPlot & Publishing, x: number): void {
  chart.setCursor({ left: chart.valToPos(x, 'x'), top: chart.over.clientHeight / 2 }, true, true);
}

/** What uPlot's types leave out. */
interface Publishing {
  setCursor(at: { left: number; top: number }, fireHook?: boolean, publish?: boolean): void;
}

/** Around the cursor where it is shown, else around the middle; never beyond the data. */
function zoom(chart: UPlot, factor: number): boolean {
  const xs = chart.data[0];
  const [first, last] = [xs[0], xs.at(-1)];
  const { min, max, distr } = chart.scales['x'] ?? {};
  if (first === undefined || last === undefined || min === undefined || max === undefined) return true;
  const [flat, curved] = Number(distr) === 3 ? [Math.log10, (at: number) => 10 ** at] : [Number, Number];
  const [low, high] = [flat(min), flat(max)];
  const read = xs[chart.cursor.idx ?? -1];
  const middle = read === undefined ? (low + high) / 2 : flat(read);
  const half = ((high - low) / 2) * factor;
  chart.batch(() => {
    chart.setScale('x', { min: Math.max(first, curved(middle - half)), max: Math.min(last, curved(middle + half)) });
  });
  if (read !== undefined) pointAt(chart, read);
  return true;
}

/** The names in a legend hide and show their series: by keyboard too. */
function openLegend(chart: UPlot): void {
  for (const name of chart.root.querySelectorAll<HTMLElement>('.u-series:not(:first-child) th')) {
    name.tabIndex = 0;
    name.setAttribute('role', 'button');
    name.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      name.click();
    });
  }
}

// --- from here it runs

const plots = readSpecs().flatMap((spec) => draw(spec));
followTheme();
followPrinting();
followLabels();
root.dataset['plots'] = String(plots.length); // drawn: tests and printers may look
