import { within } from '../bounds.js';
import type { Section } from '../section.js';
import type { HealthSection } from './health-section.js';
import { Health } from './health.js';
import { HEALTH_METRICS, type HealthMetric } from './metrics.js';
import { HEALTH_SHAPE } from './shape.js';
import { HEALTH_WATCHED } from './watched.js';
import { healthText } from './text.js';

/** How well the instrument itself worked. */
export const HEALTH: Section<'health', HealthSection, Health, HealthMetric> = {
  name: 'health',
  shape: HEALTH_SHAPE,
  open: (context) => new Health(context),
  finish: (fold, end) => fold.finish(end),
  metrics: HEALTH_METRICS,
  measure: (fold, metric) => fold.measure(metric),
  bounds: (_metric, value) => within(value, value),
  watched: HEALTH_WATCHED,
  text: { place: 8, lines: healthText },
  page: { place: 4, load: () => import('./page-part.js') },
};
