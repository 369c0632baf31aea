import type { Measure, Metric, Moment } from '../metric.js';
import type { Bounds } from '../report.js';
import { OWN_FAULTS } from '../run.js';
import type { Failure } from '../sample.js';
import type { OutcomesMetric } from './outcomes/metrics.js';
import type { Section } from './section.js';
import type { SpreadFold } from './spread-fold.js';

/** What bounds are made from. */
export interface OwnShare {
  /** A number as the report says it. */
  measure(metric: Metric, moment: Moment): Measure;
  /** How many requests it is over. */
  requests(moment: Moment): number;
  /** Shedding was not asked for: then it is our own fault. */
  readonly shedIsOurs: boolean;
  /** Responses of the successes after the warm-up, each without our own share of it. */
  readonly without: SpreadFold;
  /** The longest that an answer can have lain unread, ms. */
  readonly mostUnreadMs: number;
  /** Requests that ended without an answer after a wait for one of our connections. */
  readonly starved: number;
}

/**
 * Between which values a number can lie without our own share. Our share only makes a response longer, so what is reported
 * is the upper bound, and the responses less our share give the lower one; a request that we lost can have been a success of
 * any length, or a failure.
 */
export function boundsOf(
  bounds: Section<string, unknown>['bounds'],
  metric: Metric,
  moment: Moment,
  run: OwnShare,
): Bounds {
  const reported = run.measure(metric, moment);
  if (reported.value === null && reported.infinite !== true) return anything();
  const value = reported.value ?? Infinity;
  return (bounds ?? unlessLost)(metric, value, moment, run);
}

/** What is known of a number that no section says more of. */
function unlessLost(_metric: Metric, value: number, moment: Moment, run: OwnShare): Bounds {
  return lostOf(moment, run) > 0 ? anything() : within(value, value);
}

export function anything(): Bounds {
  return { low: 0, high: null };
}

export function within(low: number, high: number): Bounds {
  return { low: finite(Math.min(low, high)), high: finite(high) };
}

export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export const OURS: readonly Failure[] = OWN_FAULTS;

/** Requests whose outcome we made ourselves: failed on this machine, starved, never sent. */
export function lostOf(moment: Moment, run: OwnShare): number {
  const kinds = run.shedIsOurs ? [...OURS, 'shed' as const] : OURS;
  const failed = kinds.reduce((sum, failure) => sum + countOf({ of: 'failures', failure }, moment, run), 0);
  return failed + run.starved + countOf({ of: 'unsent' }, moment, run);
}

export function countOf(
  what: { readonly of: 'unsent' } | { readonly of: 'failures'; readonly failure?: Failure },
  moment: Moment,
  run: OwnShare,
): number {
  const metric: OutcomesMetric = { section: 'outcomes', ...what, as: 'count' };
  return run.measure(metric, moment).value ?? 0;
}
