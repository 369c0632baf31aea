import type { Section } from '../section.js';
import { ownMetricRow, type OwnMetricsMetric } from './metrics.js';
import type { OwnMetricsSection } from './own-metrics-section.js';
import { openOwnMetrics, type OwnMetrics } from './own-metrics.js';
import { OWN_METRICS_SHAPE } from './shape.js';
import { ownMetricsText } from './text.js';

/** Metrics of the backend's own; absent where it declares none. */
export const OWN_METRICS: Section<'metrics', OwnMetricsSection | undefined, OwnMetrics, OwnMetricsMetric> = {
  name: 'metrics',
  isOptional: true,
  shape: OWN_METRICS_SHAPE,
  open: openOwnMetrics,
  finish: (fold) => fold.finish(),
  metricNamed: ownMetricRow,
  measure: (fold, metric) => fold.measure(metric),
  text: { place: 7, lines: ({ sections }) => ownMetricsText(sections.metrics) },
  page: { place: 7, load: () => import('./page-part.js') },
};
