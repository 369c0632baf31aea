import type { PlotSeries, PlotSpec } from '../../report/html/plot-spec.js';
import type { Group } from '../comparison.js';
import type { RunFacts } from '../run-facts.js';
import type { Section } from '../tables.js';
import { inkAt, isDashed, MOST_CURVES } from './inks.js';
import { limitsOf } from './slo-of.js';

/** The offered load, then latency and success over time, the systems of one workload and model laid over each other. Ids end with `-${id}`. */
export function timePlots({ groups, workload }: Section, id: string): PlotSpec[] {
  const shown = groups.slice(0, MOST_CURVES);
  const stepSeconds = Math.max(
    1,
    ...shown.flatMap(({ counted }) => counted.map(({ windows }) => windows.lengthSeconds)),
  );
  const steps = Math.ceil(workload.durationMs / 1000 / stepSeconds);
  const xs = [...Array.from({ length: steps }, (_, i) => i * stepSeconds), workload.durationMs / 1000];
  const plot = (name: string, y: PlotSpec['y'], curve: Curve): PlotSpec => ({
    id: `${name}-${id}`,
    x: 'seconds',
    y,
    xs,
    series: shown.map((group, i) => seriesOf(group, i, [...curve(group, stepSeconds, steps), null])),
    shadedTo: workload.warmupMs / 1000,
  });
  const ms = (label: string): PlotSpec['y'] => ({ label, unit: 'ms', log: true });
  const p99 = plot('p99', ms('p99 of response'), p99s);
  const asked = limitsOf(groups).filter(({ of, percentile }) => of === 'response' && percentile === 99);
  return [
    offered(shown, { xs, id, stepSeconds, steps, warmupMs: workload.warmupMs }),
    plot('mean', ms('mean response'), means),
    { ...p99, limits: asked.map(({ ms: value, label }) => ({ axis: 'y', value, label })) },
    ...(hasFailures(shown) ? [plot('success', { label: '% of requests', unit: 'count', log: false }, successes)] : []),
  ];
}

/** A line at 100 % says nothing. */
function hasFailures(groups: readonly Group[]): boolean {
  return groups.some(({ counted }) => counted.some(({ seconds }) => seconds.some(({ due, ok }) => ok < due)));
}

interface Steps {
  readonly xs: readonly number[];
  readonly id: string;
  readonly stepSeconds: number;
  readonly steps: number;
  readonly warmupMs: number;
}

/** What the trace wants, the mean over the runs: it is the same in each unless it was drawn with several seeds. */
function offered(groups: readonly Group[], { xs, id, stepSeconds, steps, warmupMs }: Steps): PlotSpec {
  const runs = groups.reduce((sum, { counted }) => sum + counted.length, 0);
  const due = new Array<number>(steps).fill(0);
  for (const { second, due: more } of groups.flatMap(({ counted }) => counted.flatMap(({ seconds }) => seconds))) {
    const step = Math.floor(second / stepSeconds);
    if (step < steps) due[step] = (due[step] ?? 0) + more;
  }
  const rates = due.map((sum) => rounded(sum / Math.max(1, runs) / stepSeconds));
  return {
    id: `load-${id}`,
    x: 'seconds',
    y: { label: 'requests/s', unit: 'count', log: false },
    xs,
    series: [{ label: 'Offered', ink: 'offer', look: 'area', dash: false, values: [...rates, ...rates.slice(-1)] }],
    shadedTo: warmupMs / 1000,
    strip: true,
  };
}

type Curve = (group: Group, stepSeconds: number, steps: number) => (number | null)[];

function seriesOf(group: Group, index: number, values: readonly (number | null)[]): PlotSeries {
  return { label: group.label, ink: inkAt(index), look: 'line', dash: isDashed(index), values };
}

interface Sums {
  due: number;
  ok: number;
  ms: number;
}

/** Over the requests of all counted runs together that were due in each step. */
function sumsOf({ counted }: Group, stepSeconds: number, steps: number): Sums[] {
  const sums = Array.from({ length: steps }, (): Sums => ({ due: 0, ok: 0, ms: 0 }));
  for (const { second, due, ok, meanMs } of counted.flatMap(({ seconds }) => seconds)) {
    const step = sums[Math.floor(second / stepSeconds)];
    if (step === undefined) continue;
    step.due += due;
    step.ok += ok;
    if (ok > 0) step.ms += ok * meanMs;
  }
  return sums;
}

const means: Curve = (group, stepSeconds, steps) =>
  sumsOf(group, stepSeconds, steps).map(({ ok, ms }) => (ok === 0 ? null : rounded(ms / ok)));

const successes: Curve = (group, stepSeconds, steps) =>
  sumsOf(group, stepSeconds, steps).map(({ due, ok }) => (due === 0 ? null : rounded((100 * ok) / due)));

/** The median over the runs of each one's slowest window of the step. */
const p99s: Curve = ({ counted }, stepSeconds, steps) => {
  const byRun = counted.map((run) => slowest(run, stepSeconds, steps));
  return Array.from({ length: steps }, (_, i) => {
    const known = byRun.map((run) => run[i] ?? NaN).filter((ms) => !Number.isNaN(ms));
    known.sort((a, b) => a - b);
    const middle = known[Math.floor((known.length - 1) / 2)];
    return middle === undefined ? null : rounded(middle);
  });
};

function slowest({ windows }: RunFacts, stepSeconds: number, steps: number): number[] {
  const worst = new Array<number>(steps).fill(NaN);
  for (const { second, p99Ms } of windows.rows) {
    const step = Math.floor(second / stepSeconds);
    if (step < steps && !(p99Ms <= (worst[step] as number)) && !Number.isNaN(p99Ms)) worst[step] = p99Ms;
  }
  return worst;
}

/** As fine as any screen shows, and short in the page. */
function rounded(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : null;
}
