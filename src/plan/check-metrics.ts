import type { BackendPlugin } from '../backends/backend.js';
import { isCustomMetric } from '../collectors/custom/metrics.js';
import { isOwnMetric } from '../collectors/own-metrics/metrics.js';
import type { CustomCollector } from '../custom-collector.js';
import { printable, UserError } from '../errors.js';
import { shownNames } from '../sample.js';
import { declaredColumns } from './declared-columns.js';
import { parseThresholds } from '../gate/parse-threshold.js';
import { nearest } from '../text/nearest.js';

/** Throws `UserError` where a threshold names a metric that the backend does not declare. */
export function checkMetrics(plugin: BackendPlugin, options: unknown, thresholds: readonly string[]): void {
  const { name: backend, metrics = [] } = plugin;
  const names = [...metrics.map(({ name }) => name), ...shownNames(declaredColumns(plugin, options))];
  for (const { text, metric } of parseThresholds(thresholds)) {
    if (!isOwnMetric(metric) || names.includes(metric.name)) continue;
    const near = nearest(metric.name, names);
    const has = names.length === 0 ? 'it declares none' : `it has ${names.join(', ')}`;
    const why = near === undefined ? has : `did you mean metrics.${near}?`;
    throw new UserError(`threshold '${text}': backend ${backend} has no metric ${metric.name}; ${why}`);
  }
}

/** The same of collectors that the user gave. */
export function checkCollectors(collectors: readonly CustomCollector[], thresholds: readonly string[]): void {
  const names = collectors.flatMap(({ name, metrics }) => metrics.map((metric) => `${name}.${metric.name}`));
  for (const { text, metric } of parseThresholds(thresholds)) {
    if (!isCustomMetric(metric)) continue;
    const asked = `${metric.collector}.${metric.name}`;
    if (names.includes(asked)) continue;
    const near = nearest(asked, names);
    const has = names.length === 0 ? 'give it with --collector ./FILE.mjs' : `there are ${names.join(', ')}`;
    const why = near === undefined ? has : `did you mean collectors.${near}?`;
    throw new UserError(`threshold '${text}': no collector has a metric ${printable(asked, 80)}; ${why}`);
  }
}
