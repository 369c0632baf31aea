import type { Moment } from '../../metric.js';
import type { Bounds } from '../../report.js';
import { countOf, lostOf, OURS, within, type OwnShare } from '../bounds.js';
import type { OutcomesMetric } from './metrics.js';

/** A request that we lost can have been a success, or a failure of any kind. */
export function outcomesBounds(metric: OutcomesMetric, value: number, moment: Moment, run: OwnShare): Bounds {
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
