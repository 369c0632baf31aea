import type { CostTerms } from '../cost-terms.js';
import { foldSections } from '../collectors/registry.js';
import { prepareRun } from '../plan/prepare-run.js';
import type { ReplayRequest, Surroundings } from '../plan/replay-request.js';

/** Calls, and the time over which they are sent. */
export interface Sending {
  readonly calls: number;
  readonly durationMs: number;
}

/** What runs like `request` cost at most, each call billed for as long as it may take; or why that is unknown. Sends nothing. */
export async function highestCost(
  request: ReplayRequest,
  world: Surroundings,
  runs: readonly Sending[],
): Promise<{ readonly most: number; readonly prices: CostTerms['prices'] } | string> {
  const prepared = await prepareRun(request, world);
  const { plan, cost } = prepared.record;
  let most = 0;
  for (const { calls, durationMs } of runs) {
    const asked = { ...plan, planned: calls, durationMs, duePerSecond: [calls] };
    const fold = foldSections({ plan: asked, cost, collectors: [] }, { watched: false });
    const one = fold.costAtMost(durationMs + plan.timeoutMs, calls);
    if (typeof one === 'string') return one;
    most += one;
  }
  return { most, prices: cost.prices };
}
