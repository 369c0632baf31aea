import { anything, lostOf, within } from '../bounds.js';
import type { Section } from '../section.js';
import type { ColdStartsSection } from './cold-starts-section.js';
import { ColdStarts } from './cold-starts.js';
import { COLD_STARTS_METRICS, type ColdStartsMetric } from './metrics.js';
import { COLD_STARTS_SHAPE } from './shape.js';
import { coldStartsText } from './text.js';

/** New environments, and how many instances there were. */
export const COLD_STARTS_SECTION: Section<'coldStarts', ColdStartsSection, ColdStarts, ColdStartsMetric> = {
  name: 'coldStarts',
  shape: COLD_STARTS_SHAPE,
  open: (context) => new ColdStarts(context),
  finish: (fold, end) => fold.finish(end),
  metrics: COLD_STARTS_METRICS,
  measure: (fold, metric, moment) => fold.measure(metric, moment),
  bounds: (metric, value, moment, run) => {
    if (lostOf(moment, run) > 0) return anything();
    const isResponse = 'of' in metric && metric.of !== 'instances';
    return within(isResponse ? 0 : value, value);
  },
  text: { place: 4, lines: coldStartsText },
  page: { place: 3, load: () => import('./page-part.js') },
};
