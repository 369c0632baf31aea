import { UserError } from '../errors.js';
import type { Difference, Group, Judgement } from './comparison.js';
import { differenceOf, valuesOf } from './estimates.js';
import type { FailRule } from './fail-rule.js';
import { amountOf, changeOf } from './figures.js';
import type { Interval } from './intervals.js';
import { judgeByBounds } from './judge-by-bounds.js';
import { rankTest } from './rank-test.js';
import type { RunFacts } from './run-facts.js';

/** Fewer repeats than this decide nothing. */
const LEAST_RUNS = 5;

/**
 * Whether `of` is worse than its baseline by more than the rule allows. A regression: the 95 % interval of the change lies
 * wholly on the bad side of 0, and the change itself is beyond the limit. Throws `UserError` where the runs cannot tell.
 */
export function judge(rule: FailRule, of: Group, against: Group): Judgement {
  const difference = differenceOf(of, against, rule.metric);
  const common = { rule: rule.text, workload: of.workload, of: of.label, against: against.label, difference };
  const judged = (a: Group, b: Group): Pick<Judgement, 'verdict' | 'why'> => judgeCounted(rule, a, b);
  const areEnough = [against, of].every(({ counted }) => counted.length >= LEAST_RUNS);
  if (areEnough || !areBounded(rule, [against, of])) return { ...common, ...judged(of, against) };
  return { ...common, ...judgeByBounds(rule.metric, of, against, judged) };
}

/** Whether runs that are INVALID can take the place of those that are missing. */
function areBounded({ metric }: FailRule, groups: readonly Group[]): boolean {
  const isBounded = ({ standing, bounds }: RunFacts): boolean =>
    standing === 'valid' || bounds[metric.name] !== undefined;
  return groups.every(({ measured }) => measured.length >= LEAST_RUNS && measured.every(isBounded));
}

function judgeCounted(rule: FailRule, of: Group, against: Group): Pick<Judgement, 'verdict' | 'why'> {
  for (const { label, workload, counted } of [against, of]) requireRuns(label, workload, counted.length);
  const values = [valuesOf(against.counted, rule.metric.name), valuesOf(of.counted, rule.metric.name)] as const;
  requireKnown(rule, values, of.workload);
  if (values.flat().includes(Infinity)) return judgeByRanks(rule, values);
  return judgeByInterval(rule, differenceOf(of, against, rule.metric));
}

function requireRuns(label: string, workload: string, runs: number): void {
  if (runs >= LEAST_RUNS) return;
  throw new UserError(
    `${label} has ${String(runs)} valid run${runs === 1 ? '' : 's'} of ${workload}; --fail-if needs at least ${String(LEAST_RUNS)} on either side, such as those of replay run ... --repeat ${String(LEAST_RUNS)}`,
  );
}

function requireKnown({ metric, text }: FailRule, values: readonly (readonly number[])[], workload: string): void {
  if (values.flat().some(Number.isNaN))
    throw new UserError(
      `--fail-if ${text}: ${metric.name} is unknown in some of the runs of ${workload}; leave the rule out`,
    );
}

function judgeByInterval(
  { metric, limit, text }: FailRule,
  { absolute, relative }: Difference,
): Pick<Judgement, 'verdict' | 'why'> {
  const interval = limit.kind === 'relative' ? relative : absolute;
  if (Number.isNaN(interval.value) || interval.low === null || interval.high === null)
    throw new UserError(`--fail-if ${text}: a share of a baseline of 0 cannot be taken; give the change as an amount`);
  const bad = metric.worse === 'more' ? interval : mirrored(interval);
  const [low, high] = [bad.low ?? NaN, bad.high ?? NaN];
  const show = limit.kind === 'relative' ? changeOf : (value: number) => amountOf(metric, value, true);
  const seen = `${show(interval.value)}, 95 % interval ${show(interval.low)} to ${show(interval.high)}`;
  if (low > 0 && bad.value > limit.amount)
    return { verdict: 'regression', why: `${seen}: beyond the limit, and not by chance` };
  if (high < 0) return { verdict: 'better', why: seen };
  if (low > 0) return { verdict: 'within limit', why: `${seen}: worse, and not by chance, but by less than the limit` };
  const coarse =
    (high - low) / 2 > limit.amount ? '; the runs differ by more than the limit, so more repeats would see more' : '';
  return { verdict: 'within noise', why: `${seen}: runs of one and the same system differ so much${coarse}` };
}

function mirrored({ value, low, high }: Interval): Interval {
  return { value: -value, low: high === null ? null : -high, high: low === null ? null : -low };
}

/** Where a run is infinitely slow there is no mean: medians and ranks decide. */
function judgeByRanks(
  { metric, limit }: FailRule,
  [base, others]: readonly [readonly number[], readonly number[]],
): Pick<Judgement, 'verdict' | 'why'> {
  const p = rankTest(base, others);
  const [from, to] = [median(base), median(others)];
  const endless = (values: readonly number[]): string =>
    `${String(values.filter((value) => value === Infinity).length)} of ${String(values.length)}`;
  const why = `${metric.name} is infinite in ${endless(others)} runs and in ${endless(base)} of the baseline; medians ${amountOf(metric, to)} and ${amountOf(metric, from)}, Mann-Whitney p ${p.toPrecision(2)}`;
  if (p >= 0.05 || from === to) return { verdict: 'within noise', why };
  if (to < from) return { verdict: 'better', why };
  const beyond = limit.kind === 'relative' ? to > from * (1 + limit.amount) : to - from > limit.amount;
  return { verdict: beyond ? 'regression' : 'within limit', why };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)] as number, sorted[Math.ceil(middle)] as number];
  return low === high ? low : (low + high) / 2;
}
