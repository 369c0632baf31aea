import type { HealthSection, Shift } from '../../report.js';
import { BOUNDS, SPREAD } from '../shapes.js';
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
  oneOf,
  optional,
  text,
  type ObjectShape,
} from '../../shape.js';

type Starved = NonNullable<HealthSection['starved']>;
type Busiest = NonNullable<HealthSection['busiest']>;

const SHIFTS = named(
  'shifts',
  list(
    object<Shift>({
      cause: oneOf('lateness', 'connection-wait', 'receive-uncertainty', 'together'),
      statistic: oneOf('mean', 'p50', 'p99'),
      reportedMs: amount,
      withoutMs: amount,
    }),
  ),
);

const STARVED = named(
  'starved',
  described(
    'Requests that timed out or were aborted after a wait for a connection; null where the first byte of a request is not seen. Absent in reports of older versions.',
    nullable(object<Starved>({ requests: count, of: count, meanWaitMs: nullable(amount) })),
  ),
);

export const HEALTH_SHAPE: ObjectShape<HealthSection> = named(
  'health',
  object<HealthSection>({
    lateness: described('handed - release.', SPREAD),
    connectionWait: described(
      'sent - handed less the handshake; nulls where the backend cannot see the first byte.',
      SPREAD,
    ),
    handshake: object<HealthSection['handshake']>({
      count: count,
      p50Ms: nullable(amount),
      p99Ms: nullable(amount),
      p999Ms: nullable(amount),
      maxMs: nullable(amount),
    }),
    receiveUncertainty: described('done - doneEarliest, over successes.', SPREAD),
    lateOver1Ms: count,
    busiest: nullable(
      object<Busiest>({
        seconds: limited({ minimum: 1 }, count),
        requests: limited({ minimum: 1000 }, count),
        lateness: SPREAD,
        shifts: SHIFTS,
        starved: optional(STARVED),
      }),
    ),
    shifts: SHIFTS,
    starved: optional(STARVED),
    strayingSeconds: list(
      object<HealthSection['strayingSeconds'][number]>({ second: count, due: count, handed: count }),
    ),
    stops: described(
      'Stretches of at least 50 ms in which no thread of the process ran (SIGSTOP, a paused container, steal); null where that was not watched.',
      nullable(
        object<NonNullable<HealthSection['stops']>>({
          count: count,
          totalMs: amount,
          longest: described(
            'The 20 longest, in order of time.',
            limited(
              { maxItems: 20 },
              list(object<NonNullable<HealthSection['stops']>['longest'][number]>({ atMs: amount, lengthMs: amount })),
            ),
          ),
        }),
      ),
    ),
    likelyCause: nullable(text),
    bounds: optional(
      described('Only of an INVALID run: by the names of thresholds, such as all.p(99).', mapOf(BOUNDS)),
    ),
    resources: nullable(mapOf(nullable(number))),
  }),
);
