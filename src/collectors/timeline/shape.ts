import type { HeatMap, TimelineSecond, TimelineSection, TimelineWindow } from '../../report.js';
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
  type ObjectShape,
} from '../../shape.js';

export const SECOND: ObjectShape<TimelineSecond> = object<TimelineSecond>({
  second: count,
  due: count,
  sent: count,
  completed: described('Successes whose last byte was read in this second.', count),
  ok: count,
  failed: count,
  failures: described('failed by kind.', mapOf(limited({ minimum: 1 }, count), FAILURE)),
  inFlight: described('Requests handed over and neither answered nor given up: the mean over this second.', amount),
  coldStarts: described('Reported by the service.', count),
  meanLatenessMs: described('handed - release.', nullable(amount)),
  maxLatenessMs: nullable(amount),
  maxConnectionWaitMs: described('sent - handed less the handshake.', nullable(amount)),
  meanMs: nullable(amount),
  p50Ms: nullable(amount),
  p99Ms: nullable(amount),
  maxMs: nullable(amount),
  cost: described(
    'Of the requests due in this second and of what was provisioned during it; null where unknown.',
    nullable(amount),
  ),
});

export const WINDOW: ObjectShape<TimelineWindow> = object<TimelineWindow>({
  second: count,
  ok: count,
  meanMs: nullable(amount),
  p50Ms: nullable(amount),
  p99Ms: nullable(amount),
  maxMs: nullable(amount),
});

export const TIMELINE_SHAPE: ObjectShape<TimelineSection> = named(
  'timeline',
  object<TimelineSection>({
    seconds: list(SECOND),
    windows: described(
      'The latencies again by lengths of time that hold enough of them, at most 1,000.',
      object<TimelineSection['windows']>({
        lengthSeconds: limited({ minimum: 1 }, count),
        rows: limited({ maxItems: 1000 }, list(WINDOW)),
      }),
    ),
    heatMap: described(
      'How the response of the successes was distributed over time, warm-up included.',
      object<HeatMap>({
        lengthSeconds: limited({ minimum: 1 }, count),
        edgesMs: described(
          'Four buckets of latency to each doubling; one more edge than buckets; empty without a success.',
          list(amount),
        ),
        columns: limited(
          { maxItems: 240 },
          list(
            object<HeatMap['columns'][number]>({
              second: count,
              first: described('The bucket that counts begins with.', count),
              counts: list(count),
            }),
          ),
        ),
      }),
    ),
  }),
);
