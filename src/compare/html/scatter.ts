import { markup, trusted, type Markup } from '../../report/html/markup.js';
import type { Ink } from '../../report/html/plot-spec.js';
import { axisOf, type Axis } from './axis.js';

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  readonly ink: Ink;
  readonly label: string;
  /** Hollow. */
  readonly beaten: boolean;
}

export interface Scatter {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly xText: (value: number) => string;
  readonly yText: (value: number) => string;
  readonly points: readonly ScatterPoint[];
  /** Ways from point to point, each in its colour. */
  readonly ways: readonly {
    readonly ink: Ink;
    readonly points: readonly { readonly x: number; readonly y: number }[];
  }[];
  /** Lines at what was asked of the systems. */
  readonly levels: readonly { readonly value: number; readonly label: string }[];
  /** The steps along which nothing is beaten, from left to right. */
  readonly stair: readonly { readonly x: number; readonly y: number }[];
  /** Where x has marks of its own. */
  readonly xTicks?: readonly number[];
}

/** Room for the picture, of 312 px, px: the title of y is above, the marks and the title of x are below. */
const HEIGHT = 258;
const TOP = 26;

/** A drawing with its points named: places across are shares of the width, places down are pixels, so texts keep their size on any screen. */
export function scatter(chart: Scatter): Markup {
  const across = axisOf([...chart.points, ...chart.stair].map(({ x }) => x));
  const down = axisOf([...chart.points.map(({ y }) => y), ...chart.levels.map(({ value }) => value)]);
  const place: Place = ({ x, y }) => ({ x: `${percent(across, x)}%`, y: heightOf(down, y) });
  return markup`<figure>
    <h3 id="${chart.id}-title">${chart.title}</h3>
    <svg class="chart" id="${chart.id}" role="img" aria-labelledby="${chart.id}-title ${chart.id}-caption">
      ${rules(chart, across, down)} ${stairs(chart.stair, place)} ${chart.ways.map((way) => wayOf(way, place))}
      ${chart.levels.map((level) => levelOf(level, down))}
      ${chart.points.map((point) => dot(point, place))} ${labels(chart, across, place)}
    </svg>
    ${key(chart)}
    <figcaption id="${chart.id}-caption">${chart.caption}</figcaption>
  </figure>`;
}

type Place = (at: { readonly x: number; readonly y: number }) => { readonly x: string; readonly y: number };

/** A margin of 3 % on the left, since the marks of y stand on their lines. */
function percent(axis: Axis, value: number): string {
  return (3 + 94 * axis.place(value)).toFixed(2);
}

function heightOf(down: Axis, value: number): number {
  return Number((HEIGHT - down.place(value) * (HEIGHT - TOP)).toFixed(2));
}

function rules({ xText, yText, xTicks, xTitle, yTitle }: Scatter, across: Axis, down: Axis): Markup {
  const levels = down.ticks.map((tick) => {
    const y = heightOf(down, tick);
    return markup`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}" /><text class="tick" x="0" y="${y - 4}">${yText(tick)}</text>`;
  });
  const marks = (xTicks ?? across.ticks).map(
    (tick) =>
      markup`<line class="grid" x1="${percent(across, tick)}%" x2="${percent(across, tick)}%" y1="${HEIGHT}" y2="${HEIGHT + 5}" /><text class="tick" x="${percent(across, tick)}%" y="${HEIGHT + 19}" text-anchor="${anchor(across.place(tick))}">${xText(tick)}</text>`,
  );
  return markup`${levels}${marks}<text class="axis" x="0" y="12">${yTitle}${down.log ? ', log scale' : ''}</text><text class="axis" x="100%" y="${HEIGHT + 40}" text-anchor="end">${xTitle}${across.log ? ', log scale' : ''}</text>`;
}

function anchor(share: number): string {
  return share < 0.04 ? 'start' : share > 0.96 ? 'end' : 'middle';
}

function stairs(stair: Scatter['stair'], place: Place): Markup {
  const lines = stair.slice(1).map((to, i) => {
    const [a, b] = [place(stair[i] as { x: number; y: number }), place(to)];
    return markup`<line class="stair" x1="${a.x}" x2="${b.x}" y1="${a.y}" y2="${a.y}" /><line class="stair" x1="${b.x}" x2="${b.x}" y1="${a.y}" y2="${b.y}" />`;
  });
  return markup`${lines}`;
}

function wayOf({ ink, points }: Scatter['ways'][number], place: Place): Markup {
  const lines = points.slice(1).map((to, i) => {
    const [a, b] = [place(points[i] as { x: number; y: number }), place(to)];
    return markup`<line class="way ink-${ink}" x1="${a.x}" x2="${b.x}" y1="${a.y}" y2="${b.y}" />`;
  });
  return markup`${lines}`;
}

function dot({ ink, beaten, x, y }: ScatterPoint, place: Place): Markup {
  const at = place({ x, y });
  return markup`<circle class="ink-${ink}${beaten ? ' beaten' : ''}" cx="${at.x}" cy="${at.y}" r="5" />`;
}

function levelOf({ value, label }: Scatter['levels'][number], down: Axis): Markup {
  const y = heightOf(down, value);
  return markup`<line class="level" x1="0" x2="100%" y1="${y}" y2="${y}" /><text class="of-level" x="100%" y="${y - 4}" text-anchor="end">${label}</text>`;
}

const LINE = 15;
/** A longer name is whole in the key. */
const LONGEST = 34;

/** Beside their points, to the side that has room; the page's script then moves them to where they cover nothing. */
function labels({ points }: Scatter, across: Axis, place: Place): Markup {
  const named = points
    .map((point, index) => ({ ...point, index, at: place(point) }))
    .filter(({ label }) => label !== '');
  named.sort((a, b) => b.at.y - a.at.y);
  let below = Infinity;
  return markup`${named.map(({ label, x, at, index }) => {
    const y = Math.max(12, Math.min(at.y + 4, below - LINE));
    below = y;
    const right = across.place(x) < 0.55;
    return markup`<text class="name" data-point="${index}" x="${at.x}" dx="${right ? 10 : -10}" y="${y}" text-anchor="${right ? 'start' : 'end'}">${label.length <= LONGEST ? label : `${label.slice(0, LONGEST - 1)}…`}</text>`;
  })}`;
}

function key({ points }: Scatter): Markup {
  const named = points.filter(({ label }, i) => label !== '' && points.findIndex((one) => one.label === label) === i);
  return markup`<ul class="key-of">
    ${named.map(({ ink, label, beaten }) => markup`<li class="ink-${ink}"><svg viewBox="0 0 10 10" aria-hidden="true"><rect${beaten ? trusted(' class="beaten"') : ''} x="1" y="1" width="8" height="8" rx="4" /></svg><bdi>${label}</bdi></li>`)}
  </ul>`;
}
