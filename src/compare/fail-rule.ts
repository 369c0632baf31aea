import { isCustomMetric } from '../collectors/custom/metrics.js';
import { printable, UserError } from '../errors.js';
import { parseDurationMs } from '../text/quantities.js';
import { type ComparedMetric } from '../collectors/metric-table.js';
import { metricOf } from './metric-of.js';

/** `all.p(99)>+10%`, read. */
export interface FailRule {
  /** As given. */
  readonly text: string;
  readonly metric: ComparedMetric;
  /** How far it may move in the bad direction: a share of the baseline's mean, or an amount in the metric's unit. At least 0. */
  readonly limit: { readonly kind: 'relative' | 'absolute'; readonly amount: number };
}

const GRAMMAR = /^\s*([A-Za-z][\w.]*(?:\([\d.]+\))?(?:\.\w+)?)\s*(<|>)\s*([+-])\s*(\d+(?:\.\d+)?)\s*([a-zµ%]*)\s*$/;

/**
 * METRIC > +LIMIT where more is worse, METRIC < -LIMIT where less is; LIMIT is a share of the baseline (10%), a duration
 * (5ms), percentage points of success (0.1pp), or a plain amount of money or a count. Throws `UserError` that says what to give.
 */
export function parseFailRule(text: string): FailRule {
  const [, name, comparator, sign, amount, unit] = GRAMMAR.exec(text) ?? [];
  const what = `--fail-if ${printable(text, 60)}`;
  if (name === undefined || amount === undefined)
    throw new UserError(
      `${what}: give a metric and a change, such as 'all.p(99)>+10%', 'response.mean>+5ms' or 'success<-0.1%'`,
    );
  const metric = directed(metricOf(name), sign);
  const wanted = metric.worse === 'more' ? '>+' : '<-';
  if (`${String(comparator)}${String(sign)}` !== wanted)
    throw new UserError(
      `${what}: ${metric.worse} is worse for ${metric.name}; write '${metric.name}${wanted}${amount}${unit ?? ''}'`,
    );
  return { text: printable(text.trim(), 60), metric, limit: limitOf(metric, amount, unit ?? '', what) };
}

/** Which way a number of a collector is worse, the runs say: `compareRuns` holds the rule against them. */
function directed(metric: ComparedMetric, sign: string | undefined): ComparedMetric {
  if (!isCustomMetric(metric.metric)) return metric;
  return { ...metric, worse: sign === '+' ? 'more' : 'less' };
}

function limitOf(metric: ComparedMetric, amount: string, unit: string, what: string): FailRule['limit'] {
  if (unit === '%') return { kind: 'relative', amount: Number(amount) / 100 };
  if (metric.unit === 'ms' && /^(us|µs|ms|s|m)$/.test(unit))
    return { kind: 'absolute', amount: parseDurationMs(`${amount}${unit}`) };
  if (metric.unit === 'share' && unit === 'pp') return { kind: 'absolute', amount: Number(amount) / 100 };
  if (metric.unit !== 'ms' && metric.unit !== 'share' && unit === '')
    return { kind: 'absolute', amount: Number(amount) };
  const units = {
    ms: 'a time (5ms)',
    share: 'percentage points (0.1pp)',
    money: 'an amount (0.05)',
    count: 'a number (3)',
    quantity: 'a number (3)',
  };
  throw new UserError(`${what}: give the change as a share (10%) or as ${units[metric.unit]}`);
}
