import type { CostTerms } from '../cost-terms.js';
import { foldSections } from '../collectors/registry.js';
import { prepareRun } from '../plan/prepare-run.js';
import type { ReplayRequest, Surroundings } from '../plan/replay-request.js';

/** Calls, and the time over which they are sent. */
export interface Sending {
  readonly calls: number;
  readonly durationMs: number;
}

export interface HighestCost {
  /** In the currency of the sheet; or why it is unknown. */
  readonly most: number | string;
  readonly prices: CostTerms['prices'];
  /** Of all runs; a batch is one call. */
  readonly calls: number;
}

/**
 * What runs like `request` cost at most, each call billed for as long as it may take. `runs`: absent, the one run that
 * `request` asks for. Sends nothing.
 */
export async function highestCost(
  request: ReplayRequest,
  world: Surroundings,
  runs?: readonly Sending[],
): Promise<HighestCost> {
  const prepared = await prepareRun(request, world);
  const { plan, cost } = prepared.record;
  const own = { calls: plan.batching?.invocations ?? plan.planned, durationMs: plan.durationMs };
  const plans = runs?.map(({ calls, durationMs }) => ({ ...plan, planned: calls, durationMs, duePerSecond: [calls] }));
  const costs = (plans ?? [plan]).map((asked, i) => {
    const fold = foldSections({ plan: asked, cost, collectors: [] }, { watched: false });
    return fold.costAtMost(asked.durationMs + plan.timeoutMs, (runs?.[i] ?? own).calls);
  });
  const unknown = costs.find((one) => typeof one === 'string');
  return {
    most: unknown ?? costs.reduce<number>((sum, one) => sum + Number(one), 0),
    prices: cost.prices,
    calls: (runs ?? [own]).reduce((sum, { calls }) => sum + calls, 0),
  };
}
