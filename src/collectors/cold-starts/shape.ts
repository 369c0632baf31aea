import type { ColdStartsSection } from '../../report.js';
import { DISTRIBUTION } from '../shapes.js';
import {
  amount,
  count,
  described,
  limited,
  list,
  mapOf,
  named,
  nullable,
  number,
  object,
  since,
  type ObjectShape,
} from '../../shape.js';

export const COLD_STARTS_SHAPE: ObjectShape<ColdStartsSection> = named(
  'coldStarts',
  object<ColdStartsSection>({
    count: described('Invocations that met a cold start, as reported by the service.', count),
    known: described('Invocations of which it is known whether they did.', count),
    meanMs: nullable(amount),
    p50Ms: nullable(amount),
    p99Ms: nullable(amount),
    stages: mapOf(
      object<ColdStartsSection['stages'][string]>({
        count: limited({ minimum: 1 }, count),
        meanMs: amount,
        p99Ms: amount,
      }),
    ),
    instancesSeen: described('The most that any reading of the capacity saw.', nullable(amount)),
    instances: since(
      described(
        'How many there were from each reading on that differs from the one before; empty: no reading.',
        list(object<ColdStartsSection['instances'][number]>({ atMs: number, count: amount })),
      ),
      [],
    ),
    warm: nullable(DISTRIBUTION),
    cold: nullable(DISTRIBUTION),
  }),
);
