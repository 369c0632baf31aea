import type { CloudRow, CloudSection } from '../../report.js';
import { described, list, named, nullable, number, object, text, type ObjectShape } from '../../shape.js';

export const CLOUD_SHAPE: ObjectShape<CloudSection> = named(
  'cloud',
  described(
    "What the cloud's own meters counted beside what the client saw; absent where it was not asked for.",
    object<CloudSection>({
      source: text,
      subject: text,
      window: object<CloudSection['window']>({ from: text, to: text }),
      readAt: text,
      rows: list(
        object<CloudRow>({
          what: text,
          client: nullable(number),
          cloud: nullable(number),
          difference: described('cloud - client.', nullable(number)),
          unit: text,
        }),
      ),
      missing: list(object<CloudSection['missing'][number]>({ what: text, reason: text })),
      notes: list(text),
    }),
  ),
);
