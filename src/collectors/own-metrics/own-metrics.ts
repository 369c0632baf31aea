import type { Measure } from '../../metric.js';
import type { OwnMetricsSection } from '../../report.js';
import type { Collector, CollectorContext } from '../collector.js';
import type { OwnMetricsMetric } from './metrics.js';
import { QuantityFold } from './quantity-fold.js';

export interface OwnMetricsCollector extends Collector<OwnMetricsSection> {
  measure(metric: OwnMetricsMetric): Measure;
}

/** What the backend measured of its own, over the requests due after the warm-up; undefined where it declares nothing. */
export function createOwnMetrics({
  plan: { metrics: declared, warmupMs },
}: CollectorContext): OwnMetricsCollector | undefined {
  if (declared === undefined) return undefined;
  const folds = declared.map(() => new QuantityFold());
  return {
    add({ rows, dueMs, metrics }) {
      if (metrics === undefined) return;
      for (const [i, fold] of folds.entries()) {
        const column = metrics[i] as Float64Array;
        for (let row = 0; row < rows; row++) if ((dueMs[row] as number) >= warmupMs) fold.record(column[row] as number);
      }
    },
    measure({ name, statistic }) {
      const fold = folds[declared.findIndex((metric) => metric.name === name)];
      if (fold === undefined) return { value: null, why: `the backend has no metric ${name}` };
      if (statistic === 'count' || statistic === 'sum') return { value: fold[statistic] };
      const value = typeof statistic === 'object' ? (fold.percentiles([statistic.p])[0] ?? null) : fold[statistic];
      return value === null ? { value, why: `no request after the warm-up has a value of ${name}` } : { value };
    },
    finish: () => declared.map(({ name, unit }, i) => ({ name, unit: unit ?? null, ...summary(folds[i]) })),
  };
}

function summary(fold = new QuantityFold()): Omit<OwnMetricsSection[number], 'name' | 'unit'> {
  const { count, sum, mean, min, max } = fold;
  const [p50 = null, p90 = null, p99 = null] = fold.percentiles([50, 90, 99]);
  return { count, sum, mean, min, p50, p90, p99, max };
}
