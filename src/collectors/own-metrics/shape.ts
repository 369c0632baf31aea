import type { OwnMetricsSection } from '../../report.js';
import { NAME } from '../shapes.js';
import { amount, count, described, limited, list, named, nullable, object, text, type Shape } from '../../shape.js';

export const OWN_METRICS_SHAPE: Shape<OwnMetricsSection> = named(
  'ownMetrics',
  described(
    "Metrics of the backend's own, over the requests due after the warm-up that have a value; absent where it declares none.",
    limited(
      { maxItems: 16 },
      list(
        object<OwnMetricsSection[number]>({
          name: NAME,
          unit: described('What it counts; null: a plain number.', nullable(limited({ maxLength: 16 }, text))),
          count: described('Requests that have a value.', count),
          sum: amount,
          mean: nullable(amount),
          min: nullable(amount),
          p50: described('By nearest rank, within 0.05 %.', nullable(amount)),
          p90: nullable(amount),
          p99: nullable(amount),
          max: nullable(amount),
        }),
      ),
    ),
  ),
);
