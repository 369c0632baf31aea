import { UserError } from '../errors.js';
import type { SimulatedSystem } from '../systems/system.js';
import { counted } from '../text/counted.js';
import { withValues } from '../systems/vary-system.js';
import { numberAt, type Candidate } from './candidate.js';
import { withRanges, type FittedNumber } from './with-ranges.js';
import { firstLook, type FirstLook } from './first-look.js';
import { billedAsSeen } from './billed-as-seen.js';
import { checkHeldBack, type Checked } from './held-back.js';
import { Judge } from './misfit.js';
import type { Observed } from './observed.js';
import { ridgesOf, type Ridge } from './ridges.js';
import { search } from './search.js';
import { poolCandidates } from './pool-candidates.js';
import { serverCandidates } from './server-candidates.js';
import { windowsOf } from './statistics.js';

/** A system fitted to runs, and how far it may be trusted. */
export interface Fit {
  readonly system: SimulatedSystem;
  /** Of all numbers that are not known for certain. */
  readonly numbers: readonly FittedNumber[];
  readonly ridges: readonly Ridge[];
  /** Mechanisms that fit about as well as the one chosen, by what distinguishes them. */
  readonly chosen: string;
  readonly alternatives: readonly string[];
  readonly check: readonly Checked[];
  readonly calls: number;
}

export interface FitOptions {
  /** Where the fitted numbers come from, for their source. */
  readonly source: string;
  readonly say: (text: string) => void;
}

const LEAST_CALLS = 30;
/** Simulated calls that a search may take, in all. */
const EFFORT = 60e6;
/** Systems that a search tries: of every candidate, then of the best ones. */
const COARSE = 30;
const FINE = 300;
const FINISHED = 4;
const LEAST_STEPS = 20;

/** Fits the system to what was seen. Throws `UserError` where that is too little. */
export function fitSystem(like: SimulatedSystem, observed: Observed, { source, say }: FitOptions): Fit {
  const template = { ...like, meter: billedAsSeen(like.meter, observed.cost) };
  const look = firstLook(observed);
  refuseLittle(observed, look);
  const windows = windowsOf(observed.timelines);
  const judge = new Judge(observed, windows);
  const candidates = candidatesOf(template, observed, look);
  const best = bestOf(candidates, judge, observed, say);
  const least = judge.misfit(best.system).total;
  const { allowed } = best;
  const { system, numbers } = withRanges(best, { judge, least, allowed, source });
  const fitted = numbers.filter(({ seen }) => seen === 'fitted').map(({ path }) => path);
  if (fitted.length === 0)
    throw new UserError('the runs exercised nothing of this system; add a run with more load, such as replay system probe makes'); // prettier-ignore
  return {
    system,
    numbers,
    ridges: ridgesOf(
      judge,
      best.system,
      best.free.map(({ path }) => path).filter((path) => fitted.includes(path)),
    ),
    chosen: best.name,
    alternatives: best.others.filter(({ cost }) => cost < least + allowed).map(({ name }) => name),
    check: checkHeldBack(system, observed, windows),
    calls: observed.calls,
  };
}

function refuseLittle({ calls }: Observed, { ok }: FirstLook): void {
  if (calls < LEAST_CALLS)
    throw new UserError(
      `the runs have ${String(calls)} calls; a fit needs at least ${String(LEAST_CALLS)}: give longer runs`,
    );
  if (ok === 0) throw new UserError('no call of the runs succeeded, so they say nothing of a service; make them again');
}

function candidatesOf(template: SimulatedSystem, observed: Observed, look: FirstLook): readonly Candidate[] {
  const timeoutMs = Math.min(...observed.timelines.map((one) => one.timeoutMs));
  const { station } = template;
  if (station.kind === 'server') return serverCandidates({ ...template, station }, look, timeoutMs);
  return poolCandidates({ ...template, station }, look, timeoutMs);
}

interface Best extends Candidate {
  readonly others: readonly { readonly name: string; readonly cost: number }[];
  /** By how much a misfit may rise before it is worse, and not just other luck. */
  readonly allowed: number;
}

/** All candidates are searched roughly, then the two that fit best to the end. */
function bestOf(candidates: readonly Candidate[], judge: Judge, { calls }: Observed, say: FitOptions['say']): Best {
  const share = Math.min(1, EFFORT / (calls * 2 * (candidates.length * COARSE + FINISHED * FINE)));
  const most = (steps: number): number => Math.max(LEAST_STEPS, Math.floor(steps * share));
  judge.learnSpreads((candidates[0] as Candidate).system);
  const rough = candidates.map((one) => searched(one, judge, most(COARSE), 1)).sort((a, b) => a.cost - b.cost);
  judge.learnSpreads((rough[0] as Searched).system);
  const fine = rough.map((one, i) =>
    i < FINISHED ? searched(withoutTries(one), judge, most(FINE), 2) : { ...one, cost: judge.misfit(one.system).total },
  );
  const [nearest] = fine.sort((a, b) => a.cost - b.cost) as [Searched];
  const allowed = allowedRise(judge, nearest.system);
  const alike = fine.filter(({ cost }) => cost < nearest.cost + allowed);
  const best = alike.reduce((a, b) => (b.complexity < a.complexity ? b : a));
  const others = fine.filter((one) => one !== best);
  say(`of ${counted(candidates.length, 'mechanism')}, this fits best: ${best.name}`);
  return { ...best, others, allowed };
}

/** Two standard deviations of a number, where residuals are as large as this model leaves them; and two of luck. */
function allowedRise(judge: Judge, system: SimulatedSystem): number {
  const { total, compared } = judge.misfit(system);
  return 4 * Math.max(1, total / Math.max(1, compared)) + 2 * judge.luckOf(system);
}

type Searched = Candidate & { readonly cost: number };

function searched(candidate: Candidate, judge: Judge, most: number, seeds: number): Searched {
  const { system, free } = candidate;
  const systemAt = (at: readonly number[]): SimulatedSystem =>
    withValues(system, new Map(free.map(({ path }, i) => [path, at[i] as number])));
  const started = free.map(({ path }) => numberAt(system, path).value);
  free.forEach(({ tries = [] }, axis) => {
    const costs = tries.map((value) => judge.misfit(systemAt(started.with(axis, value)), seeds).total);
    const least = costs.indexOf(Math.min(...costs));
    if (least >= 0) started[axis] = tries[least] as number;
  });
  const axes = free.map(({ low, high }, axis) => ({ start: started[axis] as number, low, high }));
  const found = search(axes, (at) => judge.misfit(systemAt(at), seeds).total, most);
  return { ...candidate, system: systemAt(found.at), cost: found.cost };
}

/** A search that goes on starts where it ended. */
function withoutTries(candidate: Searched): Searched {
  return { ...candidate, free: candidate.free.map(({ tries: _, ...free }) => free) };
}
