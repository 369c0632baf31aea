import { inkAt } from '../compare/html/inks.js';
import { scatter } from '../compare/html/scatter.js';
import { markup, trusted, type Markup } from '../report/html/markup.js';
import { msText, twoDigits } from './figure-texts.js';
import { cellName } from './studied-draws.js';
import type { StudiedCell } from './study-result.js';
import type { StudySection } from './study-tables.js';

/** What batching does to latency and cost, of systems that were studied with several batch sizes; nothing where there is none. */
export function studyBatches({ cells }: StudySection, id: string): Markup {
  const families = new Map<string, StudiedCell[]>();
  for (const cell of cells) {
    const name = cellName({ ...cell, batch: 1 });
    families.set(name, [...(families.get(name) ?? []), cell]);
  }
  const several = [...families].filter(([, family]) => new Set(family.map(({ batch }) => batch)).size > 1);
  if (several.length === 0) return trusted('');
  return markup`<div class="pair">
    ${sweep(several, (cell) => cell.raw.latency.meanMs.median, { id: `${id}-latency`, title: 'Batch size and latency', yTitle: 'mean latency of successes', yText: (ms) => (ms === 0 ? '0' : msText(ms)) })}
    ${sweep(several, (cell) => cell.raw.cost.usdWithRequestFee.median, { id: `${id}-cost`, title: 'Batch size and cost', yTitle: 'USD of the workload', yText: twoDigits })}
  </div>`;
}

interface Axes {
  readonly id: string;
  readonly title: string;
  readonly yTitle: string;
  readonly yText: (value: number) => string;
}

function sweep(
  families: readonly (readonly [string, readonly StudiedCell[]])[],
  of: (cell: StudiedCell) => number | null,
  axes: Axes,
): Markup {
  const ways = families.map(([name, family], i) => ({
    ink: inkAt(i),
    name,
    points: [...family]
      .sort((a, b) => a.batch - b.batch)
      .flatMap((cell) => {
        const y = of(cell);
        return y === null ? [] : [{ x: cell.batch, y }];
      }),
  }));
  const points = ways.flatMap(({ ink, name, points: some }) =>
    some.map((point, i) => ({ ...point, ink, label: i === some.length - 1 ? name : '', beaten: false })),
  );
  if (points.length === 0) return trusted('');
  return scatter({
    ...axes,
    caption: 'Several requests sent as one call, at most this many; medians over draws.',
    xTitle: 'batch size',
    xText: String,
    points,
    ways,
    levels: [],
    stair: [],
    xTicks: [...new Set(points.map(({ x }) => x))],
  });
}
