import type { RunEnd } from './run.js';
import type { Failure } from './sample.js';

/** A number of the report that something can be asked of. Named and grouped as in report.json. */
export type Metric =
  | { readonly section: 'latency'; readonly of: 'response' | 'service' | 'all'; readonly statistic: Statistic }
  | {
      readonly section: 'health';
      readonly of: 'lateness' | 'connectionWait' | 'handshake' | 'receiveUncertainty';
      readonly statistic: Percentile | 'max';
    }
  | { readonly section: 'coldStarts'; readonly statistic: Percentile | 'count' | 'mean' }
  | { readonly section: 'coldStarts'; readonly of: 'warm' | 'cold'; readonly statistic: Statistic }
  | { readonly section: 'outcomes'; readonly of: 'success' }
  | { readonly section: 'outcomes'; readonly of: 'unsent'; readonly as: 'count' | 'share' }
  | {
      readonly section: 'outcomes';
      readonly of: 'failures';
      /** Absent: of every kind. */
      readonly failure?: Failure;
      readonly as: 'count' | 'share';
    }
  | { readonly section: 'cost'; readonly of: (typeof COST_METRICS)[number] }
  | { readonly section: 'metrics'; readonly name: string; readonly statistic: OwnStatistic };

export type OwnStatistic = Percentile | (typeof OWN_STATISTICS)[number];
export const OWN_STATISTICS = ['mean', 'min', 'max', 'sum', 'count'] as const;

/** By nearest rank; 0 < p < 100. */
export interface Percentile {
  readonly p: number;
}

export type Statistic = Percentile | 'mean' | 'min' | 'max' | 'stdev' | 'count';

export const COST_METRICS = [
  'total',
  'low',
  'high',
  'perMillionRequests',
  'perMillionSuccesses',
  'coldStarts',
  'scaleInTail',
] as const;

/** While the run goes on, over what has an outcome so far; or at its end, over all that was planned. */
export type Moment = { readonly nowMs: number } | { readonly end: RunEnd };

export type Measure =
  | { readonly value: number }
  | {
      readonly value: null;
      /** A sentence without its full stop. */
      readonly why: string;
      /** True: it is known, and infinite. */
      readonly infinite?: true;
    };

/** ms; a part of 1; a number of requests; an amount in the currency of the price sheet; a quantity of a backend's own. */
export type MetricUnit = 'ms' | 'share' | 'count' | 'money' | 'quantity';

/** A value for people: six digits at most; a share is rounded down, so that only everything is 100 %. */
export function figureOf(value: number, unit: MetricUnit): string {
  if (unit === 'share') return `${String(Math.floor(value * 1e6 + 1e-6) / 1e4)}%`;
  return precise(value, unit, DIGITS);
}

const DIGITS = 6;
/** As many as it takes to tell any two numbers apart. */
const MOST_DIGITS = 17;

/** A value for people beside another one: with more digits where the two would look equal and are not. */
export function figureBeside(value: number, other: number, unit: MetricUnit): string {
  if (value === other || figureOf(value, unit) !== figureOf(other, unit)) return figureOf(value, unit);
  let digits = DIGITS;
  while (digits < MOST_DIGITS && precise(value, unit, digits) === precise(other, unit, digits)) digits++;
  return precise(value, unit, digits);
}

function precise(value: number, unit: MetricUnit, digits: number): string {
  if (unit === 'share') return `${String(Number((value * 100).toPrecision(digits)))}%`;
  const short = Number(value.toPrecision(digits));
  return unit === 'ms' ? `${String(short)}ms` : String(unit === 'count' ? value : short);
}
