import type { BatchingSection } from '../../report.js';
import { amount, count, described, limited, named, nullable, number, object, type ObjectShape } from '../../shape.js';

export const BATCHING_SHAPE: ObjectShape<BatchingSection> = named(
  'batching',
  described(
    'Requests sent together; absent where each was an invocation of its own.',
    object<BatchingSection>({
      size: described('As asked for with --batch-size.', limited({ minimum: 1 }, count)),
      waitMs: described('As asked for with --batch-wait.', amount),
      planned: described('Invocations that the plan has.', limited({ minimum: 1 }, count)),
      invocations: described('Those handed over to the backend.', count),
      meanSize: described('Requests to each of those.', nullable(limited({ minimum: 1 }, number))),
      wait: described(
        'release - due, over the requests handed over: deliberate, a part of their response, and no lateness.',
        object<BatchingSection['wait']>({
          meanMs: nullable(amount),
          p50Ms: nullable(amount),
          p99Ms: nullable(amount),
          p999Ms: nullable(amount),
          maxMs: nullable(amount),
        }),
      ),
    }),
  ),
);
