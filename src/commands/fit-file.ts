import { fitTraffic, type FitWish, type TrafficFit } from '../fit/fit-traffic.js';
import { generate } from '../generator/generate.js';
import { parseRecipe } from '../generator/parse-recipe.js';
import type { Arrivals } from '../inspect/arrivals.js';
import { inspect, type Inspection } from '../inspect/inspect.js';
import { arrivalsOfTrace, withTrace } from './inspect-file.js';
import type { TraceFlags } from './trace-flags.js';

const SERVICE_MS = 200;

/** Fits a trace file, and makes the page of it where it is wanted. Throws `UserError`. */
export async function fitFile(
  path: string,
  flags: TraceFlags,
  wish: Omit<FitWish, 'nowMs'>,
  withPage: boolean,
): Promise<{ fit: TrafficFit; page?: string }> {
  return withTrace(path, flags, async (trace) => {
    const arrivals = arrivalsOfTrace(trace);
    const fit = fitTraffic(trace.name, arrivals, { ...wish, nowMs: () => performance.now() });
    return withPage ? { fit, page: await pageOf(fit, inspect(trace.name, arrivals, SERVICE_MS)) } : { fit };
  });
}

async function pageOf(fit: TrafficFit, inspected: Inspection): Promise<string> {
  const [{ readPageAssets }, { renderFitHtml }] = await Promise.all([
    import('../report/html/read-page-assets.js'),
    import('../fit/html/render-fit-html.js'),
  ]);
  return renderFitHtml(fit, inspected, inspect('draw', drawOf(fit), SERVICE_MS), readPageAssets());
}

function drawOf({ best }: TrafficFit): Arrivals {
  const { durationMs, chunks } = generate(parseRecipe(best.recipe));
  const all = [...chunks];
  return { count: all.reduce((sum, chunk) => sum + chunk.length, 0), durationMs, chunks: () => all };
}
