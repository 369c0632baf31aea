import { UserError } from '../errors.js';
import type { Plan } from '../run.js';

/** What a budget asks of the fold. */
interface Costs {
  costAtMost(nowMs: number, sent: number): number | string;
}

/** What is due within this is as good as sent: the next look is 0.1 s away, and a stop takes its time. */
const AHEAD_MS = 200;

/**
 * Says whether sending on can pass the budget: the most that is billed for what has a sample, plus the most that each
 * invocation due by now can be billed. Undefined without a budget. Throws `UserError` where the cost is unknown during a run,
 * or beyond the budget before anything is sent.
 */
export function watchBudget(
  budget: number | undefined,
  { duePerSecond, planned, batching }: Plan,
  fold: Costs,
): ((nowMs: number) => boolean) | undefined {
  if (budget === undefined) return undefined;
  const first = fold.costAtMost(0, 1);
  if (typeof first === 'string') throw new UserError(`--budget needs a cost that is known while sending: ${first}`);
  const fixed = Number(fold.costAtMost(0, 0));
  if (fixed > budget)
    throw new UserError(
      `--budget: ${String(Number(fixed.toPrecision(4)))} is due for the length of the trace, whatever is sent; give that or more, or a shorter part (--to)`,
    );
  let sum = 0;
  const { perSecond, invocations } = batching ?? { perSecond: duePerSecond, invocations: planned };
  const dueUpTo = perSecond.map((due) => (sum += due));
  return (nowMs) => {
    const second = Math.floor((nowMs + AHEAD_MS) / 1000);
    const most = fold.costAtMost(Math.max(0, nowMs), second < 0 ? 0 : (dueUpTo[second] ?? invocations));
    return typeof most === 'string' || most > budget;
  };
}
