import type { OutcomesSection } from '../../report.js';
import { FAILURE } from '../shapes.js';
import {
  amount,
  count,
  described,
  limited,
  list,
  mapOf,
  named,
  nullable,
  object,
  text,
  type ObjectShape,
} from '../../shape.js';

type Example = NonNullable<OutcomesSection['examples']['timeout']>[number];

export const OUTCOMES_SHAPE: ObjectShape<OutcomesSection> = named(
  'outcomes',
  object<OutcomesSection>({
    planned: count,
    ok: count,
    successRatio: described('ok / planned; null when nothing was planned.', nullable(limited({ maximum: 1 }, amount))),
    failures: described('planned = ok + sum of failures + unsent.', mapOf(limited({ minimum: 1 }, count), FAILURE)),
    unsent: count,
    examples: mapOf(
      limited({ minItems: 1, maxItems: 3 }, list(object<Example>({ seq: count, detail: text }))),
      FAILURE,
    ),
  }),
);
