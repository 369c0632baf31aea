import type { Section } from '../section.js';
import type { CostSection } from './cost-section.js';
import { Cost } from './cost.js';
import { costMarkdown } from './markdown.js';
import { COST_METRICS, type CostMetric } from './metrics.js';
import { COST_SHAPE } from './shape.js';
import { COST_WATCHED } from './watched.js';
import { costText } from './text.js';

/** The bill. */
export const COST: Section<'cost', CostSection, Cost, CostMetric> = {
  name: 'cost',
  shape: COST_SHAPE,
  open: (context) => new Cost(context),
  finish: (fold, end) => fold.finish(end),
  metrics: COST_METRICS,
  measure: (fold, metric, moment) => fold.measure(metric, moment),
  watched: COST_WATCHED,
  text: { place: 5, lines: ({ sections }) => costText(sections.cost) },
  page: { place: 5, load: () => import('./page-part.js') },
  markdown: { place: 3, part: costMarkdown },
};
