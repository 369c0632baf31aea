import type { CustomNumber, CustomResult, CustomSection } from '../../report.js';
import { NAME } from '../shapes.js';
import { described, limited, mapOf, named, nullable, number, object, oneOf, text, type Shape } from '../../shape.js';

export const CUSTOM_SHAPE: Shape<CustomSection> = named(
  'customCollectors',
  described(
    'What the collectors of --collector say, by their names; absent where none was given.',
    mapOf(
      object<CustomResult>({
        metrics: mapOf(
          object<CustomNumber>({
            value: described('Null: unknown.', nullable(number)),
            unit: described('What it counts; null: a plain number.', nullable(limited({ maxLength: 16 }, text))),
            worse: oneOf('more', 'less'),
          }),
          NAME,
        ),
        failed: described('Why its numbers are unknown; null: it works.', nullable(text)),
      }),
      NAME,
    ),
  ),
);
