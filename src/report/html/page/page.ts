/** What runs in the page: draws its plots. The page carries it in one script, behind uPlot and the modules that it imports. */
import type UPlot from 'uplot';
import type { PlotSpec } from '../plot-spec.js';
import { axesOf } from './axes.js';
import { xText } from './axis-texts.js';
import { drawHeat } from './draw-heat.js';
import { drawLimits } from './draw-limits.js';
import { ink, root } from './ink.js';
import { followLabels } from './place-labels.js';
import { distribution, isLogX, xRange, yRange } from './plot-scales.js';
import { dataOf, inOrder, markerLook, seriesOf } from './plot-series.js';
import { openLegend, takeKeys } from './take-keys.js';

declare const uPlot: typeof UPlot;

const PRINT_WIDTH = 660;
const PHONE_WIDTH = 480;

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
  new ResizeObserver(() => {
    if (root.dataset['print'] === undefined)
      chart.setSize({ width: place.clientWidth, height: heightOf(place.clientWidth, spec) });
  }).observe(place);
  paintLegend(chart, spec);
  takeKeys(chart, place);
  openLegend(chart);
  return [{ chart, place, spec }];
}

function heightOf(width: number, { strip }: PlotSpec): number {
  if (strip === true) return 110;
  return width < PHONE_WIDTH ? 220 : 270;
}

function optionsOf(spec: PlotSpec, width: number): UPlot.Options {
  const shared = spec.x === 'seconds';
  return {
    width,
    height: heightOf(width, spec),
    padding: [10, 22, 0, 0],
    scales: {
      x: { time: false, distr: distribution(isLogX(spec.x)), range: (_, min, max) => xRange(min, max) },
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

/** Zoom is shared by its own way; only where the cursor is goes around. */
function isMove(type: string): boolean {
  return type === 'mousemove' || type === 'mouseleave';
}

const X_NAMES = { seconds: 'Time', nines: 'Percentile', ms: 'From', gap: 'Gap', window: 'Windows of', lag: 'Apart' };

// --- colours

function markerInk(chart: UPlot, series: number): string {
  const stroke = chart.series[series]?.stroke;
  const colour = typeof stroke === 'function' ? stroke(chart, series) : stroke;
  return typeof colour === 'string' ? colour : '';
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

// --- zoom

/** Called when the scale of a chart has changed; ends when all charts have the same. */
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

// --- from here it runs

const plots = readSpecs().flatMap((spec) => draw(spec));
followTheme();
followPrinting();
followLabels();
root.dataset['plots'] = String(plots.length); // drawn: tests and printers may look
