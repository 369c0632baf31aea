import { onFrontier } from '../compare/frontier.js';
import { inkAt } from '../compare/html/inks.js';
import { scatter, type ScatterPoint } from '../compare/html/scatter.js';
import { trusted, type Markup } from '../report/html/markup.js';
import { msText, twoDigits } from './figure-texts.js';
import { cellName } from './studied-draws.js';
import type { StudySection } from './study-tables.js';

/** Cost against mean latency, with the limit that was asked for as a line; nothing where no system has both. */
export function studyFrontier({ cells }: StudySection, slo: readonly string[], id: string): Markup {
  const places = cells.map((cell) => ({
    cost: cell.raw.cost.usdWithRequestFee.median ?? NaN,
    latency: cell.raw.latency.meanMs.median ?? NaN,
  }));
  const points = cells.flatMap((cell, i): ScatterPoint[] => {
    const place = places[i] ?? { cost: NaN, latency: NaN };
    const best = onFrontier(place, places);
    return best === null
      ? []
      : [{ x: place.cost, y: place.latency, ink: inkAt(i), label: cellName(cell), beaten: !best }];
  });
  if (points.length === 0) return trusted('');
  return scatter({
    id,
    title: 'Latency and cost',
    caption: `Medians over draws; down and left is better. Filled: no other system is both cheaper and faster; the dotted line joins these.${points.length < cells.length ? ` Not shown: ${String(cells.length - points.length)} without a cost or a latency.` : ''}`,
    xTitle: 'USD of the workload, request fees included',
    yTitle: 'mean latency of successes',
    xText: (usd) => twoDigits(usd),
    yText: (ms) => (ms === 0 ? '0' : msText(ms)),
    points,
    ways: [],
    levels: slo.flatMap(meanLimit),
    stair: points.filter(({ beaten }) => !beaten).sort((a, b) => a.x - b.x),
  });
}

/** A limit on the mean is a line of this picture. */
function meanLimit(text: string): { value: number; label: string }[] {
  const [, number = '', unit = 'ms'] = /^response\.mean<=?([\d.]+)(ms|s)?$/.exec(text) ?? [];
  return number === '' ? [] : [{ value: Number(number) * (unit === 's' ? 1000 : 1), label: text }];
}
