import { markup, type Markup } from '../../report/html/markup.js';
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
  readonly xText: (value: number) => string;
  readonly yText: (value: number) => string;
  readonly points: readonly ScatterPoint[];
  /** Ways from point to point, each in its colour. */
  readonly ways: readonly {
    readonly ink: Ink;
    readonly points: readonly { readonly x: number; readonly y: number }[];
  }[];
  /** The steps along which nothing is beaten, from left to right. */
  readonly stair: readonly { readonly x: number; readonly y: number }[];
  /** Where x has marks of its own. */
  readonly xTicks?: readonly number[];
}

/** Room for the picture, of 288 px: the marks of x are below. */
const HEIGHT = 255;

/** A drawing with its points named: places across are shares of the width, places down are pixels, so texts keep their size on any screen. */
export function scatter(chart: Scatter): Markup {
  const across = axisOf([...chart.points, ...chart.stair].map(({ x }) => x));
  const down = axisOf([...chart.points, ...chart.stair].map(({ y }) => y));
  const place: Place = ({ x, y }) => ({ x: `${percent(across, x)}%`, y: HEIGHT - down.place(y) * (HEIGHT - 20) });
  return markup`<figure>
    <h3 id="${chart.id}-title">${chart.title}</h3>
    <svg class="chart" id="${chart.id}" role="img" aria-labelledby="${chart.id}-title ${chart.id}-caption">
      ${rules(chart, across, down)} ${stairs(chart.stair, place)} ${chart.ways.map((way) => wayOf(way, place))}
      ${chart.points.map((point) => dot(point, place))} ${labels(chart, across, place)}
    </svg>
    <figcaption id="${chart.id}-caption">${chart.caption}</figcaption>
  </figure>`;
}

type Place = (at: { readonly x: number; readonly y: number }) => { readonly x: string; readonly y: number };

/** A margin of 3 % on the left, since the marks of y stand on their lines. */
function percent(axis: Axis, value: number): string {
  return (3 + 94 * axis.place(value)).toFixed(2);
}

function rules({ xText, yText, xTicks }: Scatter, across: Axis, down: Axis): Markup {
  const levels = down.ticks.map((tick) => {
    const y = HEIGHT - down.place(tick) * (HEIGHT - 20);
    return markup`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}" /><text class="tick" x="0" y="${y - 4}">${yText(tick)}</text>`;
  });
  const marks = (xTicks ?? across.ticks).map(
    (tick) =>
      markup`<line class="grid" x1="${percent(across, tick)}%" x2="${percent(across, tick)}%" y1="${HEIGHT}" y2="${HEIGHT + 5}" /><text class="tick" x="${percent(across, tick)}%" y="${HEIGHT + 19}" text-anchor="${anchor(across.place(tick))}">${xText(tick)}</text>`,
  );
  return markup`${levels}${marks}`;
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

const LINE = 15;

/** Beside their points, to the side that has room; moved up where they would stand on each other. */
function labels({ points }: Scatter, across: Axis, place: Place): Markup {
  const named = points.filter(({ label }) => label !== '').map((point) => ({ ...point, at: place(point) }));
  named.sort((a, b) => b.at.y - a.at.y);
  let below = Infinity;
  return markup`${named.map(({ label, x, at }) => {
    const y = Math.max(12, Math.min(at.y + 4, below - LINE));
    below = y;
    const right = across.place(x) < 0.55;
    return markup`<text x="${at.x}" dx="${right ? 10 : -10}" y="${y}" text-anchor="${right ? 'start' : 'end'}">${label}</text>`;
  })}`;
}
