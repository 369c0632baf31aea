import type { RunEnd } from './run.js';

/** A number of the report that something can be asked of: which section knows it, and what that section needs to find it. */
export interface Metric {
  /** As in `Report.sections`. */
  readonly section: string;
}

/**
 * A number of a section, declared once: thresholds, comparisons and the tables of the documents read it here. `Asked` is how
 * the section's fold knows it, `Section` what the report holds of the section.
 */
export interface MetricRow<Asked extends Metric = Metric, Section = never> {
  /** As in report.json; ANY_PERCENTILE stands for any percentile. */
  readonly name: string;
  /** What a limit may be written as, which also says the unit. */
  readonly limit: LimitKind;
  /** The direction that is worse. */
  readonly worse: Worse;
  /** Which way the number of a run that goes on can move; a share always moves either way. */
  readonly trend: Trend;
  /** A clause for people, without its full stop. */
  readonly is: string;
  asked(how: HowAsked): Asked;
  /** Runs are compared by it. Absent: by thresholds only. */
  readonly compared?: Compared<Section>;
}

/** How a comparison reads a number from the section of a report: Infinity among requests that never succeed, NaN unknown. */
export interface Compared<Section> {
  /** Absent: as the row. */
  readonly name?: string;
  of(section: Section, p: number): number;
  /** The report of an INVALID run also says between which values it can lie. */
  readonly bounded?: true;
  /** Which percentiles, where the row has one. */
  readonly percentiles?: readonly number[];
}

/** What the name of a row leaves open. */
export interface HowAsked extends Percentile {
  /** What the limit was written as, where it may be either. */
  readonly as: 'count' | 'share';
}

/** Stands for any percentile in a name. */
export const ANY_PERCENTILE = 'p(99)';

/** A time; a part of all; a number of requests, or a part of all; a number of requests; an amount; a quantity of a plugin's own. */
export type LimitKind = 'time' | 'share' | 'count-or-share' | 'count' | 'money' | 'quantity';

/** The direction of a number that is worse. */
export type Worse = 'more' | 'less';

export type Trend = 'up' | 'down' | 'either way';

/** Of a statistic over a growing number of values. */
export function trendOf(statistic: string): Trend {
  if (statistic === 'min') return 'down';
  return statistic === 'count' || statistic === 'max' || statistic === 'sum' ? 'up' : 'either way';
}

export type OwnStatistic = Percentile | (typeof OWN_STATISTICS)[number];
export const OWN_STATISTICS = ['mean', 'min', 'max', 'sum', 'count'] as const;

/** By nearest rank; 0 < p < 100. */
export interface Percentile {
  readonly p: number;
}

export type Statistic = Percentile | (typeof STATISTICS)[number];
export const STATISTICS = ['mean', 'min', 'max', 'stdev', 'count'] as const;

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
export const METRIC_UNITS = ['ms', 'share', 'count', 'money', 'quantity'] as const;
export type MetricUnit = (typeof METRIC_UNITS)[number];

/** Of a number that has this kind of limit; `as`: what the limit was written as, where it may be either. */
export function unitOf(limit: LimitKind, as: HowAsked['as'] = 'count'): MetricUnit {
  if (limit === 'time') return 'ms';
  if (limit === 'count-or-share') return as;
  return limit;
}

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
