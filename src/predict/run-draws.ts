import { generate } from '../generator/generate.js';
import { parseRecipe } from '../generator/parse-recipe.js';
import { seededRandom } from '../generator/random.js';
import { costOfDraw } from '../systems/cost-of-draw.js';
import type { DrawSummary } from '../systems/draw-summary.js';
import { simulateDraw } from '../systems/simulate.js';
import type { Draw } from './draw.js';
import type { DrawJob, JobCell, JobWorkload } from './draw-job.js';
import { LAYERS, type PlannedDraw } from './draw-plan.js';
import { drawSystem } from './draw-system.js';

/** Ms that the first of a batch waits at most: the default of `--batch-wait`. */
const BATCH_WAIT_MS = 50;

/** Part `part` of `of` equal parts: every `of`-th draw of each cell. `tell` is called when those of a cell are over. */
export function runDraws(
  job: DrawJob,
  part: number,
  of: number,
  tell: (cell: number, draws: readonly Draw[]) => void,
): void {
  const arrivals = arrivalsByDraw(job);
  job.cells.forEach((cell, index) => {
    const mine = cell.draws.filter((_, i) => i % of === part);
    tell(
      index,
      mine.map((planned) => drawOf(job, cell, planned, arrivals)),
    );
  });
}

type ArrivalsOf = (workload: number, planned: PlannedDraw) => Float64Array;

/** Draw i of a workload is made once for all systems. */
function arrivalsByDraw({ seed, workloads }: DrawJob): ArrivalsOf {
  const made = new Map<string, Float64Array>();
  return (index, { layer, index: draw }) => {
    const workload = workloads[index] as JobWorkload;
    if (workload.recipe === undefined || !LAYERS[layer].arrivals) return workload.atMs;
    const key = `${String(index)} ${String(draw)}`;
    const drawn = made.get(key) ?? arrivalsOf(workload.recipe, `${String(seed)} arrivals ${String(draw)}`);
    made.set(key, drawn);
    return drawn;
  };
}

function arrivalsOf(recipe: Readonly<Record<string, unknown>>, seed: string): Float64Array {
  // The recipe of a trace that was cut after N requests holds N; a draw is as long as the trace.
  const whole = Object.fromEntries(Object.entries(recipe).filter(([name]) => name !== 'requests'));
  const { chunks } = generate(parseRecipe({ ...whole, seed }));
  const all = [...chunks];
  const atMs = new Float64Array(all.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const chunk of all) {
    atMs.set(chunk, filled);
    filled += chunk.length;
  }
  return atMs;
}

function drawOf(
  { seed, workloads, percentiles = [] }: DrawJob,
  cell: JobCell,
  planned: PlannedDraw,
  arrivals: ArrivalsOf,
): Draw {
  const { layer, index } = planned;
  const after = workloads[cell.workload]?.after;
  const random = seededRandom(`${String(seed)} system ${String(index)}`);
  const system = drawSystem(cell.system, LAYERS[layer], random);
  const luck = layer === 'plain' ? seed + index : seed + 1 + index;
  const batch = cell.batch > 1 ? { batch: { size: cell.batch, maxWaitMs: BATCH_WAIT_MS } } : {};
  const prices = cell.prices === undefined ? {} : { prices: cell.prices };
  const summary = simulateDraw(system, arrivals(cell.workload, planned), luck, {
    percentiles,
    ...batch,
    ...prices,
    ...(after === undefined ? {} : { after }),
  });
  return numbersOf(summary, costOfDraw(summary.metered, system.meter.billing, cell.prices ?? system.meter.sheet));
}

function numbersOf(summary: DrawSummary, cost: { readonly usd: number; readonly usdWithRequestFee: number }): Draw {
  const { requests, outcomes, latency, all, percentiles, instances, coldStarts, load } = summary;
  return {
    requests,
    successRatio: requests === 0 ? NaN : outcomes.ok / requests,
    meanMs: latency?.meanMs ?? Infinity,
    p50Ms: latency?.p50Ms ?? Infinity,
    p99Ms: latency?.p99Ms ?? Infinity,
    minMs: latency?.minMs ?? Infinity,
    maxMs: latency?.maxMs ?? Infinity,
    sdMs: latency?.sdMs ?? NaN,
    allP50Ms: all.p50Ms ?? Infinity,
    allP99Ms: all.p99Ms ?? Infinity,
    usd: cost.usd,
    usdWithRequestFee: cost.usdWithRequestFee,
    created: instances.created,
    peak: instances.peak,
    coldStarts: coldStarts.count,
    coldMeanMs: coldStarts.meanMs ?? NaN,
    maxRho: load.maxRho ?? NaN,
    nearSaturation: load.nearSaturation,
    percentiles: percentiles.map(({ p, responseMs, allMs }) => ({ p, responseMs: responseMs ?? Infinity, allMs: allMs ?? Infinity })), // prettier-ignore
  };
}
