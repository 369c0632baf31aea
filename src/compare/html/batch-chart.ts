import { markup, trusted, type Markup } from '../../report/html/markup.js';
import type { Group } from '../comparison.js';
import { moneyOf, tickOf } from '../figures.js';
import { groupBy } from '../group-by.js';
import { estimate } from '../tables.js';
import { inkAt } from './inks.js';
import { scatter } from './scatter.js';

/** What batching does to latency and cost, for systems that were run with several batch sizes; nothing where there is none. */
export function batchCharts(groups: readonly Group[], id: string): Markup {
  const families = [...groupBy(groups, familyOf).values()]
    .map((family) => [...family].sort((a, b) => a.batch - b.batch))
    .filter((family) => new Set(family.map(({ batch }) => batch)).size > 1);
  if (families.length === 0) return trusted('');
  return markup`<div class="pair">
    ${sweep(families, 'response.mean', `${id}-latency`, 'Batch size and latency', 'mean latency of successes', tickOf)}
    ${sweep(families, 'cost.perMillionSuccesses', `${id}-cost`, 'Batch size and cost', 'cost per million successes', moneyOf)}
  </div>`;
}

/** The same system but for its batches. */
function familyOf({ backend, machine, time, settings }: Group): string {
  const others = Object.entries(settings).filter(([name]) => name !== 'batch-wait');
  return JSON.stringify([backend, machine, time, others]);
}

function sweep(
  families: readonly (readonly Group[])[],
  metric: string,
  id: string,
  title: string,
  yTitle: string,
  yText: (value: number) => string,
): Markup {
  const ways = families.map((family, i) => ({
    ink: inkAt(i),
    label: nameOf(family[0]),
    points: family
      .map((group) => ({ x: group.batch, y: estimate(group, metric).value }))
      .filter(({ y }) => Number.isFinite(y)),
  }));
  const points = ways.flatMap(({ ink, label, points: some }) =>
    some.map(({ x, y }, i) => ({ x, y, ink, label: i === some.length - 1 ? label : '', beaten: false })),
  );
  if (points.length === 0) return trusted('');
  const xTicks = [...new Set(points.map(({ x }) => x))];
  const caption = 'Several requests sent as one call, at most N.';
  return scatter({
    id,
    title,
    caption,
    xTitle: 'batch size',
    yTitle,
    xText: String,
    yText,
    points,
    ways,
    levels: [],
    stair: [],
    xTicks,
  });
}

function nameOf(group: Group | undefined): string {
  if (group === undefined) return '';
  return group.machine === null ? group.backend : `${group.backend} on ${group.machine}`;
}
