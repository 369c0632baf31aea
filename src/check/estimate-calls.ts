import { counted } from '../text/counted.js';
import type { Capacity } from '../backends/backend.js';
import type { Billing, CostTerms } from '../cost-terms.js';
import { printable } from '../errors.js';
import type { Window } from '../loop/schedule.js';
import type { CostSection } from '../report.js';
import type { Plan } from '../run.js';
import type { Trace } from '../trace.js';
import { assumedCost } from './assumed-cost.js';
import type { CheckStep } from './check-step.js';
import type { OneAnswer } from './send-one.js';

export interface CallsToEstimate {
  readonly trace: Trace;
  readonly window: Window;
  readonly plan: Plan;
  readonly terms: CostTerms;
  readonly provisioned: readonly Capacity[];
  /** Absent: no request was sent, so it is unknown how long one takes. */
  readonly answer?: OneAnswer;
}

/** How many calls the trace makes, and what they would cost if each took what the one took. */
export function estimateCalls(asked: CallsToEstimate): readonly CheckStep[] {
  return [callsStep(asked.plan, asked), costStep(asked.plan, asked)];
}

function callsStep({ planned, durationMs, batching }: Plan, { terms }: CallsToEstimate): CheckStep {
  const calls = batching?.invocations ?? planned;
  const what = `${counted(planned, 'request')} in ${String(durationMs / 1000)} s`;
  const text = isByCall(terms.billing)
    ? `${what}: ${String(calls)} billed calls`
    : `${what}: ${counted(calls, 'call')}, not billed one by one`;
  return {
    name: 'calls',
    state: 'ok',
    text,
    facts: { requests: planned, durationMs, calls },
  };
}

function isByCall(billing: Billing | null): boolean {
  return billing !== null && billing.model !== 'hourly' && billing.model !== 'none';
}

function costStep(plan: Plan, asked: CallsToEstimate): CheckStep {
  const name = 'cost';
  if (isByCall(asked.terms.billing) && asked.answer === undefined)
    return { name, state: 'skipped', text: 'how long a call takes is not known without the request' };
  const cost = costOf(plan, asked);
  if (cost.total === null) return { name, state: 'skipped', text: `unknown: ${printable(cost.reason ?? '')}` };
  const facts = {
    notes: cost.notes,
    total: cost.total,
    low: cost.low,
    high: cost.high,
    currency: cost.currency,
    sheet: cost.sheet,
  };
  return {
    name,
    state: 'ok',
    text: printable(
      [`about ${money(cost.total)} ${cost.currency}${basis(asked)}`, `prices of ${cost.sheet}`, ...cost.notes].join(
        '; ',
      ),
      1000,
    ),
    facts,
  };
}

function basis({ terms, window }: CallsToEstimate): string {
  if (!isByCall(terms.billing)) return ', if what is provisioned stays as it is';
  return `, if each call takes what this one took, warm${window.batching === undefined ? '' : ' and alone'}`;
}

function costOf(plan: Plan, asked: CallsToEstimate): CostSection {
  const { usage, serverMs } = asked.answer?.outcome ?? {};
  const counts = Object.fromEntries(asked.provisioned.map(({ kind, count }) => [kind, count]));
  return assumedCost(plan, asked, {
    callMs: usage?.durationMs ?? serverMs ?? usage?.billedMs ?? asked.answer?.tookMs ?? 0,
    memoryMb: usage?.memoryMb,
    ...(asked.provisioned.length === 0 ? {} : { provisioned: counts }),
  });
}

/** Two figures: the estimate is no better. */
function money(amount: number): string {
  const short = Number(amount.toPrecision(2));
  return Math.abs(short) < 1e-3 && short !== 0 ? short.toFixed(12).replace(/0+$/, '') : String(short);
}
