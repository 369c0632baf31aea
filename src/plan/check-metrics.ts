import type { BackendPlugin } from '../backends/backend.js';
import { isOwnMetric } from '../collectors/own-metrics/metrics.js';
import { UserError } from '../errors.js';
import { parseThresholds } from '../gate/parse-threshold.js';
import { nearest } from '../text/nearest.js';

/** Throws `UserError` where a threshold names a metric that the backend does not declare. */
export function checkMetrics({ name: backend, metrics = [] }: BackendPlugin, thresholds: readonly string[]): void {
  const names = metrics.map(({ name }) => name);
  for (const { text, metric } of parseThresholds(thresholds)) {
    if (!isOwnMetric(metric) || names.includes(metric.name)) continue;
    const near = nearest(metric.name, names);
    const has = names.length === 0 ? 'it declares none' : `it has ${names.join(', ')}`;
    const why = near === undefined ? has : `did you mean metrics.${near}?`;
    throw new UserError(`--threshold '${text}': backend ${backend} has no metric ${metric.name}; ${why}`);
  }
}
