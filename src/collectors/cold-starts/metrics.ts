import {
  ANY_PERCENTILE,
  STATISTICS,
  trendOf,
  type Metric,
  type MetricRow,
  type Percentile,
  type Statistic,
} from '../../metric.js';
import type { ColdStartsSection } from '../../report.js';

export type ColdStartsMetric = Metric & { readonly section: 'coldStarts' } & (
    | { readonly statistic: Percentile | 'count' | 'mean' }
    | { readonly of: 'instances' }
    | { readonly of: 'warm' | 'cold'; readonly statistic: Statistic }
  );

type Row = MetricRow<ColdStartsMetric, Pick<ColdStartsSection, 'count' | 'known' | 'instancesSeen'>>;

const section = 'coldStarts';
const TIME = { limit: 'time', worse: 'more', is: 'time to make an environment' } as const;

export const COLD_STARTS_METRICS: readonly Row[] = [
  {
    ...TIME,
    name: `coldStarts.${ANY_PERCENTILE}`,
    trend: 'either way',
    asked: ({ p }) => ({ section, statistic: { p } }),
  },
  { ...TIME, name: 'coldStarts.mean', trend: 'either way', asked: () => ({ section, statistic: 'mean' }) },
  {
    name: 'coldStarts.count',
    limit: 'count',
    worse: 'more',
    trend: 'up',
    is: 'invocations that met a cold start',
    asked: () => ({ section, statistic: 'count' }),
    compared: { name: 'coldStarts', of: ({ count, known }) => (known > 0 ? count : NaN) },
  },
  {
    name: 'instances',
    limit: 'count',
    worse: 'more',
    trend: 'up',
    is: 'the most instances that any reading of the capacity saw',
    asked: () => ({ section, of: 'instances' }),
    compared: { of: ({ instancesSeen }) => instancesSeen ?? NaN },
  },
  ...(['warm', 'cold'] as const).flatMap(responsesOf),
];

function responsesOf(of: 'warm' | 'cold'): Row[] {
  const is = `response of successes that met a ${of === 'warm' ? 'warm' : 'new'} environment`;
  return [
    {
      ...TIME,
      is,
      name: `coldStarts.${of}.${ANY_PERCENTILE}`,
      trend: 'either way',
      asked: ({ p }) => ({ section, of, statistic: { p } }),
    },
    ...STATISTICS.map((statistic): Row => ({
      name: `coldStarts.${of}.${statistic}`,
      limit: statistic === 'count' ? 'count' : 'time',
      worse: 'more',
      trend: trendOf(statistic),
      is,
      asked: () => ({ section, of, statistic }),
    })),
  ];
}
