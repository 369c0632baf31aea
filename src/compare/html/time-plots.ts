import type { PlotSeries, PlotSpec } from '../../report/html/plot-spec.js';
import type { Group } from '../comparison.js';
import type { RunFacts } from '../run-facts.js';
import type { Section } from '../tables.js';
import { inkAt, MOST_CURVES } from './inks.js';

/** Latency and success over time, the systems of one workload and model laid over each other. Ids end with `-${id}`. */
export function timePlots({ groups, workload }: Section, id: string): PlotSpec[] {
  const shown = groups.slice(0, MOST_CURVES);
  const stepSeconds = Math.max(
    1,
    ...shown.flatMap(({ counted }) => counted.map(({ windows }) => windows.lengthSeconds)),
  );
  const steps = Math.ceil(workload.durationMs / 1000 / stepSeconds);
  const xs = [...Array.from({ length: steps }, (_, i) => i * stepSeconds), workload.durationMs / 1000];
  const plot = (name: string, y: PlotSpec['y'], curve: Curve, dash: boolean): PlotSpec => ({
    id: `${name}-${id}`,
    x: 'seconds',
    y,
    xs,
    series: shown.map((group, i) => seriesOf(group, i, dash, [...curve(group, stepSeconds, steps), null])),
    shadedTo: workload.warmupMs / 1000,
  });
  const ms = (label: string): PlotSpec['y'] => ({ label, unit: 'ms', log: true });
  return [
    plot('mean', ms('mean response'), means, false),
    plot('p99', ms('p99 of response'), p99s, false),
    plot('success', { label: '% of requests', unit: 'count', log: false }, successes, false),
  ];
}

type Curve = (group: Group, stepSeconds: number, steps: number) => (number | null)[];

function seriesOf(group: Group, index: number, dash: boolean, values: readonly (number | null)[]): PlotSeries {
  return { label: group.label, ink: inkAt(index), look: 'line', dash, values };
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
