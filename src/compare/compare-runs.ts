import { isCustomMetric } from '../collectors/custom/metrics.js';
import { UserError } from '../errors.js';
import { seededRandom } from '../generator/random.js';
import { blockBootstrap, MIN_BLOCKS } from './block-bootstrap.js';
import { blockSecondsFor } from './burst-seconds.js';
import { changesNote } from './changes.js';
import type { Comparison, Difference, Group, Judgement, WithinRun } from './comparison.js';
import { differenceOf, estimatesOf } from './estimates.js';
import type { FailRule } from './fail-rule.js';
import { onFrontier, type Place } from './frontier.js';
import { judge } from './judge.js';
import { type ComparedMetric } from '../collectors/metric-table.js';
import { metricOf } from './metric-of.js';
import { notesOf } from './notes.js';
import { readRunBins } from './run-bins.js';
import type { RunFacts } from './run-facts.js';
import { groupRuns, type Grouping, type RunGroup } from './run-groups.js';
import { UNKNOWN } from './settings.js';
import { workloadsOf } from './workloads.js';

export interface CompareRequest extends Grouping {
  readonly runs: readonly RunFacts[];
  /** What the others are held against; empty: the first group of each workload and model is. */
  readonly baseline: readonly RunFacts[];
  readonly rules: readonly FailRule[];
  readonly mixed: boolean;
  readonly frontierMetric: ComparedMetric;
  readonly seed: number;
}

/** The metrics whose differences are reported without being asked for. */
const TOLD = ['response.mean', 'all.p(99)', 'success', 'cost.perMillionSuccesses'].map(metricOf);
const COST = metricOf('cost.perMillionSuccesses');

/** Reads sample logs only of runs that are alone in their group. Throws `UserError` on mixtures, and on rules that the runs cannot decide. */
export async function compareRuns(request: CompareRequest): Promise<Comparison> {
  const { runs, baseline, frontierMetric, seed } = request;
  const all = [...baseline, ...runs];
  refuseUnknownNumbers(request.rules, all);
  const workloads = workloadsOf(all, request.mixed);
  const isBaseline = new Set(baseline);
  const roleOf = (run: RunFacts): Group['role'] =>
    baseline.length === 0 ? null : isBaseline.has(run) ? 'baseline' : 'candidate';
  const { groups: bare, copies } = groupRuns(all, workloads, roleOf, request);
  const measured = await Promise.all(bare.map((group) => withNumbers(group, seed)));
  const groups = withFrontier(measured, frontierMetric);
  const pairs = pairsOf(groups);
  if (!request.ignoreSettings) for (const [of, against] of pairs) refuseOtherPayloads(request.rules, of, against);
  return {
    workloads: [...new Set(workloads.values())],
    groups,
    differences: pairs.flatMap(([of, against]) => differencesOf(of, against)),
    frontierMetric,
    judgements: judgementsOf(request.rules, pairs),
    seed,
    notes: [...notesOf(groups, copies), ...(baseline.length === 0 ? [] : changesNotes(pairs))],
  };
}

/** Of rules about numbers of collectors: each must be known to a run, and worse in the direction of the rule. */
function refuseUnknownNumbers(rules: readonly FailRule[], runs: readonly RunFacts[]): void {
  for (const { text, metric } of rules.filter((rule) => isCustomMetric(rule.metric.metric))) {
    const known = runs.find(({ worse }) => worse[metric.name] !== undefined);
    const worse = known?.worse[metric.name];
    if (worse === undefined)
      throw new UserError(`--fail-if ${text}: no run has ${metric.name}; make the runs with its --collector`);
    if (worse !== metric.worse)
      throw new UserError(
        `--fail-if ${text}: ${worse} is worse for ${metric.name}; write '${metric.name}${worse === 'more' ? '>+' : '<-'}...'`,
      );
  }
}

async function withNumbers(group: RunGroup, seed: number): Promise<Group> {
  const [only, ...others] = group.counted;
  const withinRun = only === undefined || others.length > 0 ? null : await bootstrapOf(only, seed);
  const priced = new Set(group.counted.map(({ currency }) => currency));
  const currency = priced.size === 1 ? ([...priced][0] ?? null) : null;
  return {
    ...group,
    estimates: estimatesOf(group, withinRun),
    stdevMs: pooledDeviation(group.counted),
    currency,
    withinRun,
    onFrontier: null,
  };
}

async function bootstrapOf(run: RunFacts, seed: number): Promise<WithinRun | null> {
  if (run.durationMs <= run.warmupMs) return null;
  const bins = await readRunBins(run.folder, run.durationMs, run.warmupMs);
  const due = run.duePerSecond.slice(Math.floor(run.warmupMs / 1000));
  const blockSeconds = blockSecondsFor(due);
  if (bins.count * bins.seconds < MIN_BLOCKS * blockSeconds) return null;
  return blockBootstrap(bins, blockSeconds, seededRandom(seed).split('blocks'));
}

/** Over all successes of all runs: the mean square around the common mean. */
function pooledDeviation(runs: readonly RunFacts[]): number {
  const known = runs.filter(({ spread }) => spread.count > 0);
  const count = known.reduce((sum, { spread }) => sum + spread.count, 0);
  const meanOf = ({ values }: RunFacts): number => values['response.mean'] ?? NaN;
  const mean = known.reduce((sum, run) => sum + run.spread.count * meanOf(run), 0) / count;
  const squares = known.map((run) => run.spread.count * (run.spread.stdevMs ** 2 + (meanOf(run) - mean) ** 2));
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / count);
}

/** Among groups of one workload and model, in one currency. */
function withFrontier(groups: readonly Group[], metric: ComparedMetric): Group[] {
  const placeOf = ({ estimates }: Group): Place => ({
    cost: estimates[COST.name]?.value ?? NaN,
    latency: estimates[metric.name]?.value ?? NaN,
  });
  return groups.map((group) => {
    const rivals = groups.filter((other) => isBeside(group, other) && other.currency === group.currency);
    return { ...group, onFrontier: onFrontier(placeOf(group), rivals.map(placeOf)) };
  });
}

function isBeside(a: RunGroup, b: RunGroup): boolean {
  return a.workload === b.workload && a.model === b.model;
}

/** Which group is held against which. */
function pairsOf(groups: readonly Group[]): (readonly [of: Group, against: Group])[] {
  if (groups.some(({ role }) => role === 'baseline'))
    return groups.filter(({ role }) => role === 'candidate').map((of) => [of, baselineOf(of, groups)] as const);
  return groups.flatMap((of) => {
    const first = groups.find((other) => isBeside(of, other)) as Group;
    return first === of ? [] : [[of, first] as const];
  });
}

/** The baseline's group of the same name, or the only one: what changed may be its settings. */
function baselineOf(of: Group, groups: readonly Group[]): Group {
  const beside = groups.filter((other) => other.role === 'baseline' && isBeside(of, other));
  const [only, ...more] = beside;
  if (only !== undefined && more.length === 0 && rivals(of, groups) === 1) return only;
  const same = beside.filter((other) => isAlike(of, other));
  const [match, ...rest] = same;
  if (match !== undefined && rest.length === 0) return match;
  throw new UserError(
    `${of.label} under ${of.workload} has ${match === undefined ? 'no group of' : 'several groups in'} the baseline to be held against; give runs of the same systems on both sides`,
  );
}

function rivals(of: Group, groups: readonly Group[]): number {
  return groups.filter((other) => other.role === 'candidate' && isBeside(of, other)).length;
}

function isAlike(a: Group, b: Group): boolean {
  const name = (group: Group): unknown => group.runs[0]?.series?.system ?? null;
  if (name(a) !== null && name(a) === name(b)) return true;
  const traits = ({ backend, machine, batch, settings }: Group): string =>
    JSON.stringify([backend, machine, batch, settings]);
  return traits(a) === traits(b);
}

/** A change of what is sent says nothing of the service. Backends differ in how they encode the same request. */
function refuseOtherPayloads(rules: readonly FailRule[], of: Group, against: Group): void {
  const [sent, before] = [of.settings['payload'], against.settings['payload']];
  if (rules.length === 0 || of.backend !== against.backend || sent === before) return;
  if (sent === undefined || before === undefined || sent === UNKNOWN || before === UNKNOWN) return;
  throw new UserError(
    `${of.label} was sent other payloads (${sent}) than ${against.label} (${before}), so a change says nothing of the service; send the same, or add --ignore-settings`,
  );
}

function changesNotes(pairs: readonly (readonly [Group, Group])[]): string[] {
  return pairs.flatMap(([of, against]) => changesNote(of, against) ?? []);
}

function differencesOf(of: Group, against: Group): Difference[] {
  const sameMoney = of.currency === against.currency;
  return TOLD.filter(({ unit }) => unit !== 'money' || sameMoney).map((metric) => differenceOf(of, against, metric));
}

function judgementsOf(rules: readonly FailRule[], pairs: readonly (readonly [Group, Group])[]): Judgement[] {
  return rules.flatMap((rule) => pairs.map(([of, against]) => judge(rule, of, against)));
}
