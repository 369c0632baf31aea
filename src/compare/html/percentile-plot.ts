import type { PlotLimit, PlotSpec } from '../../report/html/plot-spec.js';
import type { Group } from '../comparison.js';
import type { Section } from '../tables.js';
import { inkAt, isDashed, MOST_CURVES } from './inks.js';
import { limitsOf } from './slo-of.js';

/** Latency of all requests by percentile, the systems laid over each other: each the median of its runs. Nothing where no run has a curve. */
export function percentilePlot({ groups }: Section, id: string): PlotSpec[] {
  const shown = groups.slice(0, MOST_CURVES);
  const percentiles = [...new Set(shown.flatMap(({ counted }) => counted.flatMap(({ curve }) => curve.percentile)))]
    .filter((p) => p < 100)
    .sort((a, b) => a - b);
  if (percentiles.length < 2) return [];
  return [
    {
      id: `percentiles-${id}`,
      x: 'nines',
      y: { label: 'response', unit: 'ms', log: true },
      xs: percentiles.map(nines),
      series: shown.map((group, i) => ({
        label: group.label,
        ink: inkAt(i),
        look: 'line',
        dash: isDashed(i),
        values: medians(group, percentiles),
      })),
      limits: limitsOf(groups).map(({ ms, label, percentile: p }): PlotLimit => ({ axis: 'y', value: ms, label, ...(p === null || p >= 100 ? {} : { at: nines(p) }) })), // prettier-ignore
      shadedTo: 0,
    },
  ];
}

function nines(percentile: number): number {
  return Number((100 / (100 - percentile)).toPrecision(8));
}

/** Null where half of the runs have no number: among their failures, or beyond their number of requests. */
function medians({ counted }: Group, percentiles: readonly number[]): (number | null)[] {
  const curves = counted.map(({ curve }) => new Map(curve.percentile.map((p, i) => [p, curve.allMs[i] ?? null])));
  return percentiles.map((p) => {
    const known = curves.map((curve) => (curve.has(p) ? (curve.get(p) ?? Infinity) : null)).filter((ms) => ms !== null);
    known.sort((a, b) => a - b);
    const middle = known[Math.floor((known.length - 1) / 2)];
    return middle === undefined || !Number.isFinite(middle) ? null : Number(middle.toPrecision(4));
  });
}
