import type { Bounds, Distribution, Spread } from '../report.js';
import { FAILURES, type Failure } from '../sample.js';
import {
  amount,
  count,
  described,
  limited,
  named,
  nullable,
  number,
  object,
  oneOf,
  text,
  type Shape,
  type ObjectShape,
} from '../shape.js';

/** Between which values a number can lie. */
export const BOUNDS: ObjectShape<Bounds> = named(
  'bounds',
  described(
    'Between which values a number can lie without our own share; null: infinite.',
    object<Bounds>({ low: nullable(number), high: nullable(number) }),
  ),
);

export const DISTRIBUTION: ObjectShape<Distribution> = named(
  'distribution',
  object<Distribution>({
    count: count,
    meanMs: nullable(amount),
    stdevMs: nullable(amount),
    minMs: nullable(amount),
    p50Ms: nullable(amount),
    p90Ms: nullable(amount),
    p95Ms: nullable(amount),
    p99Ms: nullable(amount),
    p999Ms: nullable(amount),
    maxMs: nullable(amount),
  }),
);

export const SPREAD: ObjectShape<Spread> = named(
  'spread',
  object<Spread>({
    p50Ms: nullable(amount),
    p99Ms: nullable(amount),
    p999Ms: nullable(amount),
    maxMs: nullable(amount),
  }),
);

export const FAILURE: Shape<Failure> = named('failure', oneOf(...FAILURES));

/** Of what a plugin or a collector names. */
export const NAME = limited({ pattern: '^[A-Za-z][A-Za-z0-9]{0,31}$' }, text);
