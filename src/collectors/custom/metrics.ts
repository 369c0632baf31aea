import type { Metric, MetricRow } from '../../metric.js';
import type { CustomSection } from './custom-section.js';

export interface CustomMetric extends Metric {
  readonly section: 'collectors';
  readonly collector: string;
  readonly name: string;
}

/** `collectors.NAME.METRIC`: which there are, the modules of `--collector` say. */
export function customMetricRow(named: string): MetricRow<CustomMetric, CustomSection | undefined> | undefined {
  const [section, collector, name, ...rest] = named.split('.');
  if (section !== 'collectors' || !collector || !name || rest.length > 0) return undefined;
  return {
    name: named,
    limit: 'quantity',
    worse: 'more',
    trend: 'either way',
    is: `${name} of collector ${collector}`,
    asked: () => ({ section, collector, name }),
    compared: { of: (collectors) => collectors?.[collector]?.metrics[name]?.value ?? NaN },
  };
}

export function isCustomMetric(metric: Metric): metric is CustomMetric {
  return metric.section === 'collectors';
}
