import { ANY_PERCENTILE, STATISTICS, trendOf, type Metric, type MetricRow, type Statistic } from '../../metric.js';
import type { Distribution, LatencySection } from '../../report.js';

export interface LatencyMetric extends Metric {
  readonly section: 'latency';
  readonly of: 'response' | 'service' | 'all';
  readonly statistic: Statistic;
}

type Section = Pick<LatencySection, LatencyMetric['of']>;
type Row = MetricRow<LatencyMetric, Section>;

const MEANS = {
  all: 'response of every planned request after the warm-up, in which failures are infinite',
  response: 'done - due, of successes',
  service: 'done - sent, of successes',
} as const;

export const LATENCY_METRICS: readonly Row[] = (['all', 'response', 'service'] as const).flatMap(rowsOf);

function rowsOf(of: LatencyMetric['of']): Row[] {
  const time = { limit: 'time', worse: 'more', is: MEANS[of] } as const;
  return STATISTICS.flatMap((statistic): Row[] => [
    {
      ...time,
      name: `${of}.${statistic}`,
      limit: statistic === 'count' ? 'count' : 'time',
      trend: trendOf(statistic),
      asked: () => ({ section: 'latency', of, statistic }),
      ...(statistic === 'mean' && { compared: { bounded: true, of: (section) => known(section[of], 'meanMs', of) } }),
    },
    ...(statistic === 'mean' ? [percentileRow(of, time)] : []),
  ]);
}

function percentileRow(of: LatencyMetric['of'], time: Pick<Row, 'limit' | 'worse' | 'is'>): Row {
  return {
    ...time,
    name: `${of}.${ANY_PERCENTILE}`,
    trend: 'either way',
    asked: ({ p }) => ({ section: 'latency', of, statistic: { p } }),
    compared: {
      bounded: true,
      percentiles: [50, 90, 95, 99, 99.9],
      of: (section, p) => known(section[of], PERCENTILES[p] ?? 'p50Ms', of),
    },
  };
}

const PERCENTILES: Readonly<Record<number, keyof Distribution>> = {
  50: 'p50Ms',
  90: 'p90Ms',
  95: 'p95Ms',
  99: 'p99Ms',
  99.9: 'p999Ms',
};

/** Of all requests, a percentile that is null lies among those that never succeed. */
function known(distribution: Distribution, field: keyof Distribution, of: LatencyMetric['of']): number {
  return distribution[field] ?? (of === 'all' && distribution.count > 0 ? Infinity : NaN);
}
