import { inkAt, isDashed, MOST_CURVES } from '../compare/html/inks.js';
import type { PlotSeries, PlotSpec } from '../report/html/plot-spec.js';
import type { StoredReport } from '../run-folder/report-shape.js';
import { cellName } from './studied-draws.js';
import type { StudiedCell } from './study-result.js';
import type { StudySection } from './study-tables.js';

/** The reports of the full runs of a study. */
export type RunReports = ReadonlyMap<StudiedCell, StoredReport>;

interface Curve {
  readonly cell: StudiedCell;
  readonly report: StoredReport;
}

/** No screen shows more. */
const MOST_STEPS = 200;

/**
 * Over the time of one full run: offered load, mean latency and success of a `pair` of systems, instances of all. Ids end with
 * `-${id}`; a system has the colour that it has in the other figures.
 */
export function studyPlots(
  { cells }: StudySection,
  reports: RunReports,
  pair: readonly StudiedCell[],
  id: string,
): readonly PlotSpec[] {
  const curves = cells.flatMap((cell): Curve[] => {
    const report = reports.get(cell);
    return report === undefined ? [] : [{ cell, report }];
  });
  const some = curves.slice(0, MOST_CURVES);
  const shown = [...new Set([...curves.filter(({ cell }) => pair.includes(cell)), ...some])].slice(0, MOST_CURVES);
  const [first] = shown;
  if (first === undefined) return [];
  const length = Math.max(...shown.map(({ report }) => lastDue(report))) + 1;
  const step = Math.ceil(length / MOST_STEPS);
  const xs = Array.from({ length: Math.ceil(length / step) }, (_, i) => i * step);
  const plot = (
    name: string,
    y: PlotSpec['y'],
    look: PlotSeries['look'],
    of: (report: StoredReport) => readonly (number | null)[],
    drawn = shown.filter(({ cell }) => pair.includes(cell)),
  ): PlotSpec => ({
    id: `${name}-${id}`,
    x: 'seconds',
    y,
    xs,
    series: drawn.map(({ cell, report }, i) => ({
      label: cellName(cell),
      ink: inkAt(cells.indexOf(cell)),
      look,
      dash: isDashed(i),
      values: of(report),
    })),
    shadedTo: 0,
  });
  const scaled = shown.some(({ report }) => report.sections.coldStarts.instances.length > 1);
  return [
    offered(first.report, xs, step, id),
    plot('mean', { label: 'mean latency', unit: 'ms', log: true }, 'line', (report) => means(report, xs, step)),
    plot('success', { label: '% of requests', unit: 'count', log: false }, 'line', (report) =>
      successes(report, xs, step),
    ),
    ...(scaled
      ? [
          plot(
            'instances',
            { label: 'instances', unit: 'count', log: true },
            'step',
            (report) => instances(report, xs),
            shown,
          ),
        ]
      : []),
  ];
}

function lastDue({ sections }: StoredReport): number {
  return Math.max(0, ...sections.timeline.seconds.filter(({ due }) => due > 0).map(({ second }) => second));
}

interface Sums {
  due: number;
  ok: number;
  ms: number;
}

function sumsOf({ sections }: StoredReport, xs: readonly number[], step: number): readonly Sums[] {
  const sums = xs.map((): Sums => ({ due: 0, ok: 0, ms: 0 }));
  for (const { second, due, ok, meanMs } of sections.timeline.seconds) {
    const sum = sums[Math.floor(second / step)];
    if (sum === undefined) continue;
    sum.due += due;
    sum.ok += ok;
    sum.ms += ok * (meanMs ?? 0);
  }
  return sums;
}

function offered(report: StoredReport, xs: readonly number[], step: number, id: string): PlotSpec {
  const values = sumsOf(report, xs, step).map(({ due }) => rounded(due / step));
  return {
    id: `load-${id}`,
    x: 'seconds',
    y: { label: 'requests/s', unit: 'count', log: false },
    xs,
    series: [{ label: 'Offered', ink: 'offer', look: 'area', dash: false, values }],
    shadedTo: 0,
    strip: true,
  };
}

function means(report: StoredReport, xs: readonly number[], step: number): readonly (number | null)[] {
  return sumsOf(report, xs, step).map(({ ok, ms }) => (ok === 0 ? null : rounded(ms / ok)));
}

function successes(report: StoredReport, xs: readonly number[], step: number): readonly (number | null)[] {
  return sumsOf(report, xs, step).map(({ due, ok }) => (due === 0 ? null : rounded((100 * ok) / due)));
}

/** None is a gap: a log scale has no zero. */
function instances({ sections }: StoredReport, xs: readonly number[]): readonly (number | null)[] {
  return xs.map((second) => {
    const count = sections.coldStarts.instances.findLast(({ atMs }) => atMs <= second * 1000)?.count ?? 0;
    return count === 0 ? null : count;
  });
}

/** As fine as any screen shows, and short in the page. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
