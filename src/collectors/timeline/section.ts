import type { Section } from '../section.js';
import type { TimelineSection } from './timeline-section.js';
import { Timeline } from './timeline.js';
import { TIMELINE_SHAPE } from './shape.js';

/** The run by seconds; what each of them cost is asked of the bill. */
export const TIMELINE: Section<'timeline', TimelineSection, Timeline> = {
  name: 'timeline',
  shape: TIMELINE_SHAPE,
  open: (context) => new Timeline(context),
  finish(fold, end, { cost }) {
    const { seconds, ...overTime } = fold.finish();
    return { seconds: cost.ofSeconds(seconds, end), ...overTime };
  },
};
