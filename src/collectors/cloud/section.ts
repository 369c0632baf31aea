import type { Section } from '../section.js';
import type { CloudSection } from './cloud-section.js';
import { CLOUD_SHAPE } from './shape.js';
import { cloudText } from './text.js';

/** What the cloud's own meters counted: put beside a report that is made, where it was asked for. */
export const CLOUD: Section<'cloud', CloudSection | undefined> = {
  name: 'cloud',
  isOptional: true,
  shape: CLOUD_SHAPE,
  text: { place: 6, lines: ({ sections }) => cloudText(sections.cloud) },
  page: { place: 6, load: () => import('./page-part.js') },
};
