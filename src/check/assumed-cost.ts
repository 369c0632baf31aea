import { assumedSamples } from '../collectors/cost/assumed-samples.js';
import { Cost } from '../collectors/cost/cost.js';
import type { CostTerms } from '../cost-terms.js';
import { makePlan } from '../plan/make-plan.js';
import { schedule, type Window } from '../loop/schedule.js';
import type { CostSection } from '../report.js';
import type { Plan, RunEnd } from '../run.js';
import type { Trace } from '../trace.js';
import { undisturbedEnd } from '../undisturbed-end.js';

/** What has not been measured: how long each call takes, ms, at how much memory, and what is provisioned throughout, by kind. */
export interface Assumed {
  readonly callMs: number;
  readonly memoryMb?: number | undefined;
  /** Absent: nothing is known to be provisioned. */
  readonly provisioned?: Readonly<Record<string, number>>;
}

/** The plan of a window before anything limits it. Throws `UserError` where it holds no request. */
export function assumedPlan(trace: Trace, window: Window): Plan {
  return makePlan(trace, window, NO_LIMITS);
}

/** What a plan would cost: the same fold as after a run, over samples that are assumed. */
export function assumedCost(
  plan: Plan,
  { trace, window, terms }: { readonly trace: Trace; readonly window: Window; readonly terms: CostTerms },
  { callMs, memoryMb, provisioned }: Assumed,
): CostSection {
  const fold = new Cost({ plan, cost: terms });
  for (const chunk of schedule(trace.store, window, { index: 0, of: 1 }))
    fold.add(assumedSamples(chunk, callMs, memoryMb));
  const capacity = provisioned === undefined ? {} : { capacity: [{ atMs: 0, counts: provisioned }] };
  const end: RunEnd = { ...undisturbedEnd(plan.durationMs), ...capacity };
  return fold.finish(end);
}

const NO_LIMITS = {
  warmupMs: 0,
  timeoutMs: Infinity,
  maxLatenessMs: Infinity,
  maxInFlight: { limit: Infinity, explicit: false },
  knowsSent: true,
} as const;
