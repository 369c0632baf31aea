import type { Section } from '../section.js';
import { outcomesBounds } from './bounds.js';
import { outcomesMarkdown } from './markdown.js';
import { OUTCOMES_METRICS, type OutcomesMetric } from './metrics.js';
import type { OutcomesSection } from './outcomes-section.js';
import { Outcomes } from './outcomes.js';
import { OUTCOMES_SHAPE } from './shape.js';
import { OUTCOMES_WATCHED } from './watched.js';
import { outcomesText } from './text.js';

/** What became of the requests. */
export const OUTCOMES_SECTION: Section<'outcomes', OutcomesSection, Outcomes, OutcomesMetric> = {
  name: 'outcomes',
  shape: OUTCOMES_SHAPE,
  open: (context) => new Outcomes(context),
  finish: (fold, end) => fold.finish(end),
  metrics: OUTCOMES_METRICS,
  measure: (fold, metric, moment) => fold.measure(metric, 'end' in moment ? moment.end : undefined),
  bounds: outcomesBounds,
  watched: OUTCOMES_WATCHED,
  text: { place: 3, lines: outcomesText },
  page: { place: 2, load: () => import('./page-part.js') },
  markdown: { place: 2, part: outcomesMarkdown },
};
