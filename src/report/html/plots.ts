import type { Report, TimelineSecond } from '../../report.js';
import { FAILURES } from '../../sample.js';
import { keepPeaks } from './keep-peaks.js';
import type { Ink, PlotSeries, PlotSpec } from './plot-spec.js';

/** More points than this say no more on any screen. */
const MOST_POINTS = 4000;

/** All plots of a report, each in every report, but cost where it is unknown. */
export function plotsOf(report: Report): PlotSpec[] {
  return [rates(report), latencies(report), percentiles(report), histogram(report)].concat(
    ownShare(report),
    outcomes(report),
    cost(report),
  );
}

function rates(report: Report): PlotSpec {
  const { seconds } = report.sections.timeline;
  return overSeconds(report, 'rates', { label: 'requests per second', unit: 'count', log: false }, [
    { label: 'Offered', ink: 'offer', look: 'area', dash: false, values: seconds.map(({ due }) => due) },
    { label: 'Sent', ink: 'first', look: 'step', dash: false, values: seconds.map(({ sent }) => sent) },
    { label: 'Completed', ink: 'third', look: 'step', dash: true, values: seconds.map(({ completed }) => completed) },
  ]);
}

function latencies(report: Report): PlotSpec {
  const { windows, seconds } = report.sections.timeline;
  const { lengthSeconds, rows } = windows;
  const within = (of: (second: TimelineSecond) => number): (number | null)[] =>
    rows.map(({ second }) => {
      const sum = seconds.slice(second, second + lengthSeconds).reduce((total, one) => total + of(one), 0);
      return sum === 0 ? null : sum;
    });
  return againstTime(report, {
    id: 'latency',
    y: { label: 'response', unit: 'ms', log: true },
    xs: rows.map(({ second }) => second),
    series: [
      line('Slowest', 'faint', rows.map(({ maxMs }) => maxMs)), // prettier-ignore
      line('p99', 'second', rows.map(({ p99Ms }) => p99Ms)), // prettier-ignore
      line('p50', 'first', rows.map(({ p50Ms }) => p50Ms)), // prettier-ignore
      { ...line('Mean', 'third', rows.map(({ meanMs }) => meanMs)), dash: true }, // prettier-ignore
      { label: 'Failures', ink: 'bad1', look: 'bottom', dash: false, values: within(({ failed }) => failed) },
      { label: 'Cold starts', ink: 'cold', look: 'top', dash: false, values: within(({ coldStarts }) => coldStarts) },
    ],
  });
}

/** x is 1 / (1 - p/100); 100 % stands where the last of all requests does. */
function percentiles({ sections: { latency } }: Report): PlotSpec {
  const { percentile, responseMs, serviceMs, allMs } = latency.curves;
  const nines = percentile.map((p) => (p < 100 ? 100 / (100 - p) : Math.max(latency.all.count, 1)));
  return {
    id: 'percentiles',
    x: 'nines',
    y: { label: 'latency', unit: 'ms', log: true },
    xs: nines.map((x) => Number(x.toPrecision(8))),
    series: [
      line('All, failures infinite', 'bad1', allMs),
      line('Response', 'first', responseMs),
      { ...line('Service', 'third', serviceMs), dash: true },
    ],
    shadedTo: 0,
  };
}

/** As a density, so that areas are numbers of requests, however wide a bucket is. */
function histogram({ sections: { latency } }: Report): PlotSpec {
  const { edgesMs, response, service } = latency.histogram;
  const xs = edgesMs.map((edge, i) => (edge > 0 ? edge : (edgesMs[i + 1] ?? 0) / 2)); // no place for 0 on this axis
  const doublings = xs.slice(1).map((edge, i) => Math.log2(edge / (xs[i] as number)));
  const density = (counts: readonly number[]): (number | null)[] => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const shares = counts.map((count, i) =>
      total === 0 ? 0 : round((100 * count) / total / (doublings[i] as number)),
    );
    return [...shares, ...shares.slice(-1)]; // the last bucket ends at the last edge
  };
  return {
    id: 'histogram',
    x: 'ms',
    y: { label: '% of successes per doubling', unit: 'percent', log: false },
    xs: xs.map((edge) => Number(edge.toPrecision(8))),
    series: [
      { label: 'Response', ink: 'first', look: 'area', dash: false, values: density(response) },
      { label: 'Service', ink: 'third', look: 'step', dash: true, values: density(service) },
    ],
    shadedTo: 0,
  };
}

function ownShare(report: Report): PlotSpec {
  const { seconds } = report.sections.timeline;
  return overSeconds(report, 'own-share', { label: 'own share', unit: 'ms', log: true }, [
    line('Latest hand-over', 'second', seconds.map(({ maxLatenessMs }) => maxLatenessMs)), // prettier-ignore
    line('Mean lateness', 'first', seconds.map(({ meanLatenessMs }) => meanLatenessMs)), // prettier-ignore
    { ...line('Longest connection wait', 'third', seconds.map(({ maxConnectionWaitMs }) => maxConnectionWaitMs)), dash: true }, // prettier-ignore
  ]);
}

const BAD: readonly Ink[] = ['bad1', 'bad2', 'bad3', 'bad4'];

/** Failures at the foot, where they are seen however few. The kinds beyond the commonest three share one colour. */
function outcomes(report: Report): PlotSpec {
  const { seconds } = report.sections.timeline;
  const { failures } = report.sections.outcomes;
  const kinds = FAILURES.filter((kind) => (failures[kind] ?? 0) > 0);
  const common = [...kinds].sort((a, b) => (failures[b] ?? 0) - (failures[a] ?? 0)).slice(0, BAD.length - 1);
  const rest = kinds.filter((kind) => !common.includes(kind));
  const stacks = [...common.map((kind) => [kind]), ...(rest.length === 0 ? [] : [rest])].map((some, i) => ({
    label: some.length === 1 ? String(some[0]) : 'other failures',
    ink: BAD[i] as Ink,
    look: 'stack' as const,
    dash: false,
    values: seconds.map((second) => some.reduce((sum, kind) => sum + (second.failures[kind] ?? 0), 0)),
  }));
  return overSeconds(report, 'outcomes', { label: 'requests per second', unit: 'count', log: false }, [
    ...stacks,
    { label: 'ok', ink: 'ok', look: 'stack', dash: false, values: seconds.map(({ ok }) => ok) },
  ]);
}

function cost(report: Report): PlotSpec[] {
  const { seconds } = report.sections.timeline;
  if (!seconds.some(({ cost: known }) => known !== null && known > 0)) return [];
  const { currency } = report.sections.cost;
  const values = seconds.map(({ cost: known }) => (known === null ? null : known * 3600));
  return [
    overSeconds(report, 'cost', { label: `${currency} per hour`, unit: 'money', log: false }, [
      { label: `${currency} per hour`, ink: 'first', look: 'area', dash: false, values },
    ]),
  ];
}

/** One row per second that is drawn. */
function overSeconds(report: Report, id: string, y: PlotSpec['y'], series: readonly PlotSeries[]): PlotSpec {
  const rows = keepPeaks(
    series.map(({ values }) => values),
    MOST_POINTS,
  );
  const drawn = series.map((one) => ({ ...one, values: rows.map((row) => rounded(one.values[row] ?? null)) }));
  return againstTime(report, { id, y, xs: rows, series: drawn });
}

/** All end with the last second, so that they are drawn alike: a line ends before, a step is held until there. */
function againstTime(report: Report, { id, y, xs, series }: Pick<PlotSpec, 'id' | 'y' | 'xs' | 'series'>): PlotSpec {
  const held = ({ look, values }: PlotSeries): number | null => (look === 'line' ? null : (values.at(-1) ?? null));
  const isMark = ({ look }: PlotSeries): boolean => look === 'top' || look === 'bottom';
  return {
    id,
    x: 'seconds',
    y,
    xs: [...xs, report.sections.timeline.seconds.length],
    series: series.map((one) => ({ ...one, values: [...one.values, isMark(one) ? null : held(one)] })),
    shadedTo: report.run.warmupMs / 1000,
  };
}

function line(label: string, ink: Ink, values: readonly (number | null)[]): PlotSeries {
  return { label, ink, look: 'line', dash: false, values: values.map(rounded) };
}

function rounded(value: number | null): number | null {
  return value === null ? null : round(value);
}

/** As fine as any screen shows, and short in the page; counts stay whole. */
function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}
