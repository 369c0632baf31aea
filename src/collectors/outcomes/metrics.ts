import type { Metric, MetricRow } from '../../metric.js';
import type { OutcomesSection } from '../../report.js';
import { FAILURES, type Failure } from '../../sample.js';

export type OutcomesMetric = Metric & { readonly section: 'outcomes' } & (
    | { readonly of: 'success' }
    | { readonly of: 'unsent'; readonly as: 'count' | 'share' }
    | {
        readonly of: 'failures';
        /** Absent: of every kind. */
        readonly failure?: Failure;
        readonly as: 'count' | 'share';
      }
  );

type Row = MetricRow<OutcomesMetric, Pick<OutcomesSection, 'successRatio'>>;

const section = 'outcomes';
const COUNTED = { limit: 'count-or-share', worse: 'more', trend: 'up' } as const;

export const OUTCOMES_METRICS: readonly Row[] = [
  {
    name: 'success',
    limit: 'share',
    worse: 'less',
    trend: 'either way',
    is: 'ok / planned',
    asked: () => ({ section, of: 'success' }),
    compared: { bounded: true, of: ({ successRatio }) => successRatio ?? NaN },
  },
  {
    ...COUNTED,
    name: 'unsent',
    is: 'requests never sent',
    asked: ({ as }) => ({ section, of: 'unsent', as }),
  },
  {
    ...COUNTED,
    name: 'failures',
    is: 'requests that failed',
    asked: ({ as }) => ({ section, of: 'failures', as }),
  },
  ...FAILURES.map((failure): Row => ({
    ...COUNTED,
    name: `failures.${failure}`,
    is: `requests that failed as ${failure}`,
    asked: ({ as }) => ({ section, of: 'failures', failure, as }),
  })),
];
