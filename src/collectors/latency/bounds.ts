import type { Moment, Statistic } from '../../metric.js';
import type { Bounds } from '../../report.js';
import { anything, finite, lostOf, within, type OwnShare } from '../bounds.js';
import { nearestRank } from '../histogram/nearest-rank.js';
import type { LatencyMetric } from './metrics.js';

/** Our share only makes a response longer; a request that we lost can have been a success of any length. */
export function latencyBounds(metric: LatencyMetric, value: number, moment: Moment, run: OwnShare): Bounds {
  const lost = lostOf(moment, run);
  const { of, statistic } = metric;
  if (statistic === 'count') return within(value, of === 'all' ? value : value + lost);
  if (statistic === 'stdev') return value === Infinity ? within(value, value) : anything();
  if (of === 'service') return lost > 0 ? anything() : within(Math.max(0, value - run.mostUnreadMs), value);
  const counted = run.measure(withStatistic(metric, 'count'), moment).value ?? 0;
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
  const asked = withStatistic(metric, rank === count ? 'max' : { p: (100 * rank) / count });
  return run.measure(asked, moment).value ?? 0;
}

function withStatistic(metric: LatencyMetric, statistic: Statistic): LatencyMetric {
  return { ...metric, statistic };
}
