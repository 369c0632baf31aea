import type { Measure, Metric, Moment } from '../metric.js';
import type { Bounds } from '../report.js';
import { OWN_FAULTS } from '../run.js';
import type { Failure } from '../sample.js';
import { nearestRank } from './histogram/nearest-rank.js';
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
export function boundsOf(metric: Metric, moment: Moment, run: OwnShare): Bounds {
  const reported = run.measure(metric, moment);
  if (reported.value === null && reported.infinite !== true) return { low: 0, high: null };
  const value = reported.value ?? Infinity;
  switch (metric.section) {
    case 'latency':
      return ofLatency(metric, value, lostOf(moment, run), moment, run);
    case 'outcomes':
      return ofOutcomes(metric, value, moment, run);
    case 'coldStarts':
    case 'cost':
      return lostOf(moment, run) > 0
        ? { low: 0, high: null }
        : within('of' in metric && isTime(metric) ? 0 : value, value);
    case 'metrics':
      return lostOf(moment, run) > 0 ? { low: 0, high: null } : within(value, value);
    case 'health':
      return within(value, value);
  }
}

/** Of responses of warm or cold requests only an upper bound is known. */
function isTime(metric: Metric): boolean {
  return metric.section === 'coldStarts';
}

function within(low: number, high: number): Bounds {
  return { low: finite(Math.min(low, high)), high: finite(high) };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

const OURS: readonly Failure[] = OWN_FAULTS;

/** Requests whose outcome we made ourselves: failed on this machine, starved, never sent. */
function lostOf(moment: Moment, run: OwnShare): number {
  const kinds = run.shedIsOurs ? [...OURS, 'shed' as const] : OURS;
  const failed = kinds.reduce((sum, failure) => sum + countOf({ of: 'failures', failure }, moment, run), 0);
  return failed + run.starved + countOf({ of: 'unsent' }, moment, run);
}

function countOf(
  what: { readonly of: 'unsent' } | { readonly of: 'failures'; readonly failure?: Failure },
  moment: Moment,
  run: OwnShare,
): number {
  return run.measure({ section: 'outcomes', ...what, as: 'count' }, moment).value ?? 0;
}

type OutcomeMetric = Metric & { readonly section: 'outcomes' };

function ofOutcomes(metric: OutcomeMetric, value: number, moment: Moment, run: OwnShare): Bounds {
  const lost = lostOf(moment, run);
  const scale = metric.of === 'success' || metric.as === 'share' ? 1 / Math.max(1, run.requests(moment)) : 1;
  if (metric.of === 'success') return within(value, Math.min(1, value + lost * scale));
  if (metric.of === 'unsent') return within(0, value);
  const unsent = countOf({ of: 'unsent' }, moment, run);
  const { failure } = metric;
  if (failure === undefined) return within(value - (lost - unsent) * scale, value + unsent * scale);
  const isOurs = OURS.includes(failure) || (failure === 'shed' && run.shedIsOurs);
  if (isOurs) return within(0, value);
  const starved = failure === 'timeout' || failure === 'aborted' ? Math.min(run.starved * scale, value) : 0;
  return within(value - starved, value + lost * scale);
}

type LatencyMetric = Metric & { readonly section: 'latency' };

function ofLatency(metric: LatencyMetric, value: number, lost: number, moment: Moment, run: OwnShare): Bounds {
  const { of, statistic } = metric;
  if (statistic === 'count') return within(value, of === 'all' ? value : value + lost);
  if (statistic === 'stdev') return value === Infinity ? within(value, value) : { low: 0, high: null };
  if (of === 'service') return lost > 0 ? { low: 0, high: null } : within(Math.max(0, value - run.mostUnreadMs), value);
  const counted = run.measure({ ...metric, statistic: 'count' }, moment).value ?? 0;
  const requests = of === 'all' ? counted : counted + lost;
  const low = lowest(statistic, requests, lost, run);
  if (of === 'all' || lost === 0) return within(low, value);
  const high = highest(statistic, metric, requests, moment, run);
  return { low: finite(Math.min(low, value)), high: finite(Math.max(high, value)) };
}

/** As though all that we lost had been answered at once. */
function lowest(statistic: LatencyMetric['statistic'], requests: number, lost: number, { without }: OwnShare): number {
  // Requests that failed at the service stay infinite.
  const failed = requests - lost - without.count;
  if (typeof statistic === 'object') {
    const rank = nearestRank(statistic.p, requests) - lost;
    return rank < 1 ? 0 : (without.atRankMs(rank) ?? Infinity);
  }
  if (statistic === 'min') return lost > 0 ? 0 : (without.minMs ?? 0);
  if (failed > 0) return Infinity;
  return statistic === 'mean' ? ((without.meanMs ?? 0) * without.count) / Math.max(1, requests) : (without.maxMs ?? 0);
}

/** As though all that we lost had taken longest; for successes alone. */
function highest(
  statistic: LatencyMetric['statistic'],
  metric: LatencyMetric,
  requests: number,
  moment: Moment,
  run: OwnShare,
): number {
  const { count } = run.without;
  if (statistic === 'min') return run.measure(metric, moment).value ?? Infinity;
  if (typeof statistic !== 'object') return Infinity;
  const rank = nearestRank(statistic.p, requests);
  if (rank > count) return Infinity;
  return run.measure({ ...metric, statistic: rank === count ? 'max' : { p: (100 * rank) / count } }, moment).value ?? 0;
}
