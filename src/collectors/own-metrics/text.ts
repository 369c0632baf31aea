import { figureOf } from '../../metric.js';
import type { OwnMetricsSection } from '../../report.js';
import { figures } from '../../report/labelled-lines.js';

/** A line for each metric of the backend's own; nothing where it declares none. */
export function ownMetricsText(metrics: OwnMetricsSection = []): string[] {
  return metrics.flatMap(({ name, unit, count, sum, mean, p50, p90, p99, max }, i) => {
    const values = [mean, p50, p90, p99, max, sum].map((value) => (value === null ? '-' : figureOf(value, 'quantity')));
    const what = `${name}${unit === null ? '' : `, ${unit}`} [requests, mean, p50, p90, p99, max, sum]`;
    return figures(i === 0 ? 'Own metrics' : '', what, [String(count), ...values]);
  });
}
