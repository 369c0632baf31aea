import type { Metric, MetricRow } from '../../metric.js';
import type { CostSection } from '../../report.js';

export interface CostMetric extends Metric {
  readonly section: 'cost';
  readonly of: keyof typeof MEANS;
}

type Compared = 'total' | 'perMillionRequests' | 'perMillionSuccesses';
type Section = Pick<CostSection, Compared> & { readonly items: readonly unknown[] };
type Row = MetricRow<CostMetric, Section>;

const MEANS = {
  total: 'the bill of the run',
  low: 'the least that it can be',
  high: 'the most that it can be',
  perMillionRequests: 'of a million requests with an outcome',
  perMillionSuccesses: 'of a million successes',
  coldStarts: 'the part of the total that went into billed start-up',
  scaleInTail: 'what was still provisioned after the last answer, not in the total',
} as const;

export const COST_METRICS: readonly Row[] = (Object.keys(MEANS) as CostMetric['of'][]).map((of): Row => {
  return {
    name: `cost.${of}`,
    limit: 'money',
    worse: 'more',
    trend: of.startsWith('perMillion') ? 'either way' : 'up',
    is: MEANS[of],
    asked: () => ({ section: 'cost', of }),
    ...(isCompared(of) && { compared: { of: (section) => (isPriced(section) ? (section[of] ?? NaN) : NaN) } }),
  };
});

function isCompared(of: CostMetric['of']): of is Compared {
  return of === 'total' || of === 'perMillionRequests' || of === 'perMillionSuccesses';
}

/** A backend without prices, on no machine, has no known cost. */
export function isPriced({ items }: Pick<Section, 'items'>): boolean {
  return items.length > 0;
}
