import type { Collector } from '../collector.js';
import type { Section } from '../section.js';
import type { BatchingSection } from './batching-section.js';
import { createBatching } from './batching.js';
import { batchingText } from './text.js';

/** Requests sent together; absent where each went alone. */
export const BATCHING: Section<'batching', BatchingSection | undefined, Collector<BatchingSection>> = {
  name: 'batching',
  open: createBatching,
  finish: (fold, end) => fold.finish(end),
  text: { place: 2, lines: batchingText },
};
