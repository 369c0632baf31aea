import type { Report, TimelineSecond } from '../../report.js';
import { FAILURES } from '../../sample.js';
import { keepPeaks } from './keep-peaks.js';
import type { Ink, PlotLimit, PlotSeries, PlotSpec } from './plot-spec.js';
import { sloLimits, type SloLimit } from './slo-limits.js';

/** More points than this say no more on any screen. */
const MOST_POINTS = 4000;

/** All plots of a report, each in every report, but our own share in virtual time, which has none, and cost where it is unknown. */
export function plotsOf(report: Report): PlotSpec[] {
  const limits = sloLimits(report.sections.thresholds ?? []);
  return [rates(report), latencies(report, limits), heatMap(report, limits), inFlight(report)].concat(
    percentiles(report, limits),
    histogram(report, limits),
    outcomes(report),
    report.run.time === 'virtual' ? [] : [ownShare(report)],
    cost(report),
  );
}

function rates(report: Report): PlotSpec {
  const { seconds } = report.sections.timeline;
  const rates = overSeconds(report, 'rates', { label: 'requests/s', unit: 'count', log: false }, [
    { label: 'Offered', ink: 'offer', look: 'area', dash: false, values: seconds.map(({ due }) => due) },
    { label: 'Sent', ink: 'first', look: 'step', dash: false, values: seconds.map(({ sent }) => sent) },
    { label: 'Completed', ink: 'third', look: 'step', dash: true, values: seconds.map(({ completed }) => completed) },
  ]);
  return { ...rates, strip: true };
}

function latencies(report: Report, limits: readonly SloLimit[]): PlotSpec {
  const { windows, seconds } = report.sections.timeline;
  const { lengthSeconds, rows } = windows;
  const within = (of: (second: TimelineSecond) => number): (number | null)[] =>
    rows.map(({ second }) => {
      const sum = seconds.slice(second, second + lengthSeconds).reduce((total, one) => total + of(one), 0);
      return sum === 0 ? null : sum;
    });
  const plot = againstTime(report, {
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
  return { ...plot, limits: acrossY(limits) };
}

/** Lines at the limits of response; no number over time is about service. */
function acrossY(limits: readonly SloLimit[]): PlotLimit[] {
  return limits.filter(({ of }) => of === 'response').map(({ ms, label }) => ({ axis: 'y', value: ms, label }));
}

function heatMap(report: Report, limits: readonly SloLimit[]): PlotSpec {
  const { lengthSeconds, edgesMs, columns } = report.sections.timeline.heatMap;
  const plot = againstTime(report, {
    id: 'heat',
    y: { label: 'response', unit: 'ms', log: true },
    xs: columns.map(({ second }) => second),
    series: [
      {
        label: lengthSeconds === 1 ? 'Successes in this second' : `Successes in these ${String(lengthSeconds)} seconds`,
        ink: 'first',
        look: 'told',
        dash: false,
        values: columns.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0)),
      },
    ],
  });
  const edges = edgesMs.map((edge, i) => round(edge > 0 ? edge : (edgesMs[i + 1] ?? 0) / 2));
  return { ...plot, heat: { lengthSeconds, edges, columns }, limits: acrossY(limits) };
}

function inFlight(report: Report): PlotSpec {
  const { seconds } = report.sections.timeline;
  const { instances } = report.sections.coldStarts;
  let next = 0;
  const held = seconds.map(({ second }) => {
    while ((instances[next]?.atMs ?? Infinity) <= (second + 1) * 1000) next++;
    return instances[Math.max(0, next - 1)]?.count ?? null;
  });
  return overSeconds(report, 'in-flight', { label: 'requests, instances', unit: 'count', log: false }, [
    { label: 'In flight', ink: 'first', look: 'area', dash: false, values: seconds.map((second) => second.inFlight) },
    { label: 'Instances', ink: 'second', look: 'step', dash: true, values: held },
  ]);
}

/** x is 1 / (1 - p/100); 100 % stands where the last of all requests does. */
function percentiles({ sections: { latency } }: Report, limits: readonly SloLimit[]): PlotSpec {
  const { percentile, responseMs, serviceMs, allMs } = latency.curves;
  const nines = percentile.map((p) => (p < 100 ? 100 / (100 - p) : Math.max(latency.all.count, 1)));
  const asked = limits.map(({ ms, label, percentile: p }): PlotLimit => ({ axis: 'y', value: ms, label, ...(p === null || p >= 100 ? {} : { at: Number((100 / (100 - p)).toPrecision(8)) }) })); // prettier-ignore
  return {
    id: 'percentiles',
    x: 'nines',
    y: { label: 'latency', unit: 'ms', log: true },
    xs: nines.map((x) => Number(x.toPrecision(8))),
    limits: asked,
    series: [
      line('All, failures infinite', 'bad1', allMs),
      line('Response', 'first', responseMs),
      { ...line('Service', 'third', serviceMs), dash: true },
    ],
    shadedTo: 0,
  };
}

/** As a density, so that areas are numbers of requests, however wide a bucket is. */
function histogram({ sections: { latency } }: Report, limits: readonly SloLimit[]): PlotSpec {
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
    limits: limits.map(({ ms, label }) => ({ axis: 'x', value: ms, label })),
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
  if (!seconds.some(({ cost: known }) => (known ?? 0) > 0)) return [];
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
  const known = series.filter(({ values }, i) => i === 0 || values.some((value) => value !== null)); // no name of what was not measured
  const isMark = ({ look }: PlotSeries): boolean => look === 'top' || look === 'bottom';
  return {
    id,
    x: 'seconds',
    y,
    xs: [...xs, report.sections.timeline.seconds.length],
    series: known.map((one) => ({ ...one, values: [...one.values, isMark(one) ? null : held(one)] })),
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
