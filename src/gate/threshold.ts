import type { Metric, MetricUnit, Trend } from '../metric.js';

/** What is asked of a run: that a number of its report lies on this side of a limit. */
export interface Threshold {
  /** As given, without spaces; made of letters, digits and `.()<>=%-` alone. */
  readonly text: string;
  readonly metric: Metric;
  /** Which way the number of a run that goes on can move. */
  readonly trend: Trend;
  readonly operator: Operator;
  readonly limit: number;
  readonly unit: MetricUnit;
}

export type Operator = '<' | '<=' | '>' | '>=';

/** Whether a number that is known meets it. */
export function meets({ operator, limit }: Threshold, value: number): boolean {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}
