import {
  ANY_PERCENTILE,
  OWN_STATISTICS,
  trendOf,
  type HowAsked,
  type Metric,
  type MetricRow,
  type OwnStatistic,
} from '../../metric.js';

export interface OwnMetricsMetric extends Metric {
  readonly section: 'metrics';
  readonly name: string;
  readonly statistic: OwnStatistic;
}

export function isOwnMetric(metric: Metric): metric is OwnMetricsMetric {
  return metric.section === 'metrics';
}

/** `metrics.NAME.STATISTIC` of the backend's own: which there are, the plugin says. */
export function ownMetricRow(name: string): MetricRow<OwnMetricsMetric> | undefined {
  const [section, own, statistic, ...rest] = name.replace(ANY_PERCENTILE, 'p').split('.');
  if (section !== 'metrics' || own === undefined || rest.length > 0) return undefined;
  const found = OWN_STATISTICS.find((one) => one === statistic);
  if (found === undefined && statistic !== 'p') return undefined;
  return {
    name,
    limit: found === 'count' ? 'count' : 'quantity',
    worse: 'more',
    trend: found === undefined ? 'either way' : trendOf(found),
    is: `${own} of the backend`,
    asked: ({ p }: HowAsked) => ({ section, name: own, statistic: found ?? { p } }),
  };
}
