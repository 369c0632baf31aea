import { ANY_PERCENTILE, unitOf, type Metric, type MetricRow, type MetricUnit, type Worse } from '../metric.js';
import { ROWS } from './sections.js';

/** Every metric that is known before a run, by its name. */
export const METRICS: ReadonlyMap<string, MetricRow> = new Map(
  ROWS.flatMap(({ metrics = [] }) => metrics.map((row): [string, MetricRow] => [row.name, row])),
);

/** The metric of that name, in which ANY_PERCENTILE stands for a percentile; undefined: there is none. */
export function metricNamed(name: string): MetricRow | undefined {
  return METRICS.get(name) ?? ROWS.map((row) => row.metricNamed?.(name)).find((row) => row !== undefined);
}

/** A number of a report that runs are compared by. */
export interface ComparedMetric {
  /** With its percentile: `all.p(99)`. */
  readonly name: string;
  readonly unit: MetricUnit;
  readonly worse: Worse;
  /** The report of an INVALID run says between which values it can lie. */
  readonly bounded: boolean;
  readonly metric: Metric;
  /** Infinity: among requests that never succeed; NaN: unknown. */
  of(this: void, sections: Readonly<Record<string, unknown>>): number;
}

/** In the order of a comparison's columns. */
export const COMPARED_METRICS: readonly ComparedMetric[] = ROWS.flatMap(({ name, metrics = [] }) =>
  metrics.flatMap((row) => comparedMetrics(name, row)),
);

/** One that runs can be compared by; undefined: there is none of that name. */
export function comparedNamed(name: string): ComparedMetric | undefined {
  const listed = COMPARED_METRICS.find((metric) => metric.name === name);
  if (listed !== undefined) return listed;
  return ROWS.map((row) => ({ section: row.name, row: row.metricNamed?.(name) }))
    .flatMap(({ section, row }) => (row === undefined ? [] : comparedMetrics(section, row)))
    .at(0);
}

function comparedMetrics(section: string, { compared, ...row }: MetricRow<Metric, object>): ComparedMetric[] {
  if (compared === undefined) return [];
  return (compared.percentiles ?? [NaN]).map((p) => ({
    name: (compared.name ?? row.name).replace(ANY_PERCENTILE, `p(${String(p)})`),
    unit: unitOf(row.limit),
    worse: row.worse,
    bounded: compared.bounded ?? false,
    metric: row.asked({ p, as: 'count' }),
    of: (sections) => compared.of(sections[section] as object, p),
  }));
}
