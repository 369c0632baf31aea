import type { Section } from '../section.js';
import type { BatchingSection } from './batching-section.js';
import { openBatching, type BatchingFold } from './batching.js';
import { BATCHING_SHAPE } from './shape.js';
import { batchingText } from './text.js';

/** Requests sent together; absent where each went alone. */
export const BATCHING: Section<'batching', BatchingSection | undefined, BatchingFold> = {
  name: 'batching',
  isOptional: true,
  shape: BATCHING_SHAPE,
  open: openBatching,
  finish: (fold) => fold.finish(),
  text: { place: 2, lines: batchingText },
};
