import type { Section } from '../section.js';
import type { TimelineSection } from './timeline-section.js';
import { createTimeline, type TimelineCollector } from './timeline.js';

/** The run by seconds; what each of them cost is asked of the bill. */
export const TIMELINE: Section<'timeline', TimelineSection, TimelineCollector> = {
  name: 'timeline',
  open: createTimeline,
  finish(fold, end, { cost }) {
    const { seconds, ...overTime } = fold.finish(end);
    return { seconds: cost.ofSeconds(seconds, end), ...overTime };
  },
};
