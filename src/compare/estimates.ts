import type { Basis, Difference, Estimate, Group, WithinRun } from './comparison.js';
import { differenceInterval, meanInterval, pairedInterval, relativeInterval, type Interval } from './intervals.js';
import { COMPARED_METRICS, type ComparedMetric } from '../collectors/metric-table.js';
import type { RunGroup } from './run-groups.js';
import type { RunFacts } from './run-facts.js';

/** The mean of every metric over the counted runs, with its interval between runs, or within the one there is. */
export function estimatesOf({ counted }: RunGroup, withinRun: WithinRun | null): Readonly<Record<string, Estimate>> {
  return Object.fromEntries(
    COMPARED_METRICS.map(({ name }) => {
      const values = valuesOf(counted, name);
      const between = meanInterval(values);
      const replicates = withinRun?.replicates[name];
      if (counted.length !== 1 || replicates === undefined)
        return [name, { ...between, basis: basisOf(between, 'runs') }];
      return [name, withBasis(spanOf(between.value, replicates))];
    }),
  );
}

function withBasis(interval: Interval): Estimate {
  return { ...interval, basis: basisOf(interval, 'within one run') };
}

type Side = Pick<Group, 'counted' | 'withinRun' | 'label' | 'workload' | 'model'>;

/** Of one metric between two groups of one workload. */
export function differenceOf(of: Side, against: Side, metric: ComparedMetric): Difference {
  const pairs = pairsOf(against.counted, of.counted);
  const paired = pairs.length >= 2;
  const [base, others] = paired
    ? [valuesOf(pairs.map(([run]) => run), metric.name), valuesOf(pairs.map(([, run]) => run), metric.name)] // prettier-ignore
    : [valuesOf(against.counted, metric.name), valuesOf(of.counted, metric.name)];
  const between = paired ? pairedInterval(base, others) : differenceInterval(base, others);
  const within = drawsOf(of, against, metric.name);
  const { workload, model } = of;
  const common = { workload, model, of: of.label, against: against.label, metric };
  const runs = [others.length, base.length] as const;
  if (within !== null) return { ...common, runs, ...fromDraws(base[0] as number, others[0] as number, within) };
  const relative = relativeInterval(base, others, paired);
  return { ...common, runs, absolute: between, relative, basis: basisOf(between, paired ? 'paired runs' : 'runs') };
}

export function valuesOf(runs: readonly RunFacts[], name: string): number[] {
  return runs.map(({ values }) => values[name] ?? NaN);
}

/** Runs that took turns in one series and were the same repeat of it. */
function pairsOf(base: readonly RunFacts[], others: readonly RunFacts[]): (readonly [RunFacts, RunFacts])[] {
  return base.flatMap((run) => {
    const { series } = run;
    if (series?.system == null) return [];
    const mate = others.find((other) => other.series?.id === series.id && other.series.repeat === series.repeat);
    return mate === undefined ? [] : [[run, mate] as const];
  });
}

/** The draws of two single runs, which stand side by side as long as both were cut alike. */
function drawsOf(of: Side, against: Side, name: string): readonly [Float64Array, Float64Array] | null {
  const [a, b] = [against.withinRun, of.withinRun];
  const [base, others] = [a?.replicates[name], b?.replicates[name]];
  if (base === undefined || others === undefined) return null;
  return a?.blockSeconds === b?.blockSeconds && a?.spanSeconds === b?.spanSeconds ? [base, others] : null;
}

function fromDraws(
  base: number,
  other: number,
  [a, b]: readonly [Float64Array, Float64Array],
): Pick<Difference, 'absolute' | 'relative' | 'basis'> {
  return {
    absolute: spanOf(other - base, b.map((value, i) => value - (a[i] as number))), // prettier-ignore
    relative: spanOf(other / base - 1, b.map((value, i) => value / (a[i] as number) - 1)), // prettier-ignore
    basis: 'within one run',
  };
}

/** From the 2.5 % to the 97.5 % quantile of the draws, and the value itself; unknown where one of those is infinite. */
function spanOf(value: number, draws: Float64Array): Interval {
  const sorted = draws.toSorted();
  const end = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] as number;
  const [low, high] = [end(0.025), end(0.975)];
  return Number.isFinite(low) && Number.isFinite(high) && Number.isFinite(value)
    ? { value, low: Math.min(low, value), high: Math.max(high, value) }
    : { value, low: null, high: null };
}

function basisOf({ low }: Interval, basis: Basis): Basis {
  return low === null ? 'none' : basis;
}
