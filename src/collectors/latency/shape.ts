import type { LatencyCurves, LatencyHistogram, LatencySection } from '../../report.js';
import { DISTRIBUTION } from '../shapes.js';
import {
  amount,
  count,
  described,
  limited,
  list,
  named,
  nullable,
  object,
  since,
  type ObjectShape,
} from '../../shape.js';

export const LATENCY_SHAPE: ObjectShape<LatencySection> = named(
  'latency',
  object<LatencySection>({
    response: described('done - due, over successes after the warm-up.', DISTRIBUTION),
    service: described('done - sent, over the same.', DISTRIBUTION),
    all: described(
      'Response of every planned request after the warm-up; failures, shed and unsent rank as infinite, written null.',
      DISTRIBUTION,
    ),
    warmup: described('Warm-up requests left out.', count),
    curves: since(
      described(
        'The three distributions by percentile, as columns of one length: 0, 10, .. 50, 55, .. 75, 77.5, .., 100.',
        object<LatencyCurves>({
          percentile: list(limited({ maximum: 100 }, amount)),
          responseMs: list(nullable(amount)),
          serviceMs: list(nullable(amount)),
          allMs: list(nullable(amount)),
        }),
      ),
      { percentile: [], responseMs: [], serviceMs: [], allMs: [] },
    ),
    histogram: described(
      'How many successes lie in [edge i, edge i + 1): buckets equally wide on a logarithmic axis to within 0.1 %, 8, 16, 32 or 64 to each doubling; below 1 us one, from 0.',
      object<LatencyHistogram>({ edgesMs: list(amount), response: list(count), service: list(count) }),
    ),
  }),
);
