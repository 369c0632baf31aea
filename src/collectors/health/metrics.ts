import { ANY_PERCENTILE, type Metric, type MetricRow, type Percentile } from '../../metric.js';
import type { HealthSection } from '../../report.js';

export interface HealthMetric extends Metric {
  readonly section: 'health';
  readonly of: keyof typeof MEANS;
  readonly statistic: Percentile | 'max';
}

type Row = MetricRow<HealthMetric, Pick<HealthSection, 'lateness'>>;

const MEANS = {
  lateness: 'hand-over - release: how late the generator was',
  connectionWait: 'wait for a connection, less its handshake',
  handshake: 'time to open the connection of the request',
  receiveUncertainty: 'how long an answer can have lain unread',
} as const;

export const HEALTH_METRICS: readonly Row[] = (Object.keys(MEANS) as HealthMetric['of'][]).flatMap((of): Row[] => {
  const isCompared = of === 'lateness';
  const time = { limit: 'time', worse: 'more', is: MEANS[of] } as const;
  return [
    {
      ...time,
      name: `${of}.${ANY_PERCENTILE}`,
      trend: 'either way',
      asked: ({ p }) => ({ section: 'health', of, statistic: { p } }),
      ...(isCompared && {
        compared: {
          percentiles: [50, 99],
          of: ({ lateness }, p) => (p === 50 ? lateness.p50Ms : lateness.p99Ms) ?? NaN,
        },
      }),
    },
    {
      ...time,
      name: `${of}.max`,
      trend: 'up',
      asked: () => ({ section: 'health', of, statistic: 'max' }),
      ...(isCompared && { compared: { of: ({ lateness }) => lateness.maxMs ?? NaN } }),
    },
  ];
});
