import type { Section } from '../section.js';
import { latencyBounds } from './bounds.js';
import type { LatencySection } from './latency-section.js';
import { Latency } from './latency.js';
import { latencyMarkdown } from './markdown.js';
import { LATENCY_METRICS, type LatencyMetric } from './metrics.js';
import { LATENCY_SHAPE } from './shape.js';
import { LATENCY_WATCHED } from './watched.js';
import { latencyText } from './text.js';

/** How long requests took. */
export const LATENCY: Section<'latency', LatencySection, Latency, LatencyMetric> = {
  name: 'latency',
  shape: LATENCY_SHAPE,
  open: (context) => new Latency(context),
  finish: (fold) => fold.finish(),
  metrics: LATENCY_METRICS,
  measure: (fold, metric, moment) => fold.measure(metric, 'end' in moment ? 'planned' : 'so far'),
  bounds: latencyBounds,
  watched: LATENCY_WATCHED,
  text: { place: 1, lines: latencyText },
  page: { place: 1, load: () => import('./page-part.js') },
  markdown: { place: 1, part: latencyMarkdown },
};
