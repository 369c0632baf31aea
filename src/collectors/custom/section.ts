import type { Section } from '../section.js';
import { CustomFolds } from './custom.js';
import type { CustomSection } from './custom-section.js';
import { customMetricRow, type CustomMetric } from './metrics.js';
import { CUSTOM_SHAPE } from './shape.js';
import { customText } from './text.js';

/** Collectors of the user's own; absent where none was given. */
export const CUSTOM: Section<'collectors', CustomSection | undefined, CustomFolds, CustomMetric> = {
  name: 'collectors',
  isOptional: true,
  shape: CUSTOM_SHAPE,
  open: (context) => new CustomFolds(context),
  finish: (fold) => fold.finish(),
  metricNamed: customMetricRow,
  measure: (fold, metric) => fold.measure(metric),
  text: { lines: customText },
  page: { load: () => import('./page-part.js') },
};
