import { nearestRank } from '../collectors/histogram/nearest-rank.js';
import type { Random } from '../generator/random.js';
import type { WithinRun } from './comparison.js';
import type { RunBins } from './run-bins.js';

/** Fewer blocks than this say nothing of how a run might have gone otherwise. */
export const MIN_BLOCKS = 4;
/** Draws of a run; the 2.5 % and 97.5 % quantiles then stand on 25 draws each. */
const DRAWS = 1000;

/**
 * A run drawn again and again: blocks of consecutive time, each beginning anywhere, put together to the run's length;
 * after the last second comes the first, so that every second is drawn as often (circular block bootstrap: Politis and
 * Romano, in Exploring the Limits of Bootstrap, 1992). Requests of one run depend on each other through
 * bursts and queues, which blocks longer than those keep. The same seed and number of bins give the same blocks, so
 * draws of two runs of one trace can be compared one by one.
 */
export function blockBootstrap(bins: RunBins, blockSeconds: number, random: Random): WithinRun {
  const block = Math.max(1, Math.min(bins.count, Math.round(blockSeconds / bins.seconds)));
  const names = ['response.mean', 'all.p(50)', 'all.p(99)', 'success'] as const;
  const replicates = Object.fromEntries(names.map((name) => [name, new Float64Array(DRAWS)]));
  const weights = new Float64Array(bins.count);
  const counts = new Float64Array(bins.edgesMs.length);
  for (let draw = 0; draw < DRAWS; draw++) {
    drawWeights(weights, block, random);
    const { ok, sumMs, requests } = sums(bins, weights);
    countCells(bins, weights, counts);
    const values = [
      sumMs / ok,
      percentile(bins, counts, requests, 50),
      percentile(bins, counts, requests, 99),
      ok / requests,
    ];
    for (const [i, name] of names.entries()) (replicates[name] as Float64Array)[draw] = values[i] as number;
  }
  return { blockSeconds: block * bins.seconds, spanSeconds: bins.count * bins.seconds, replicates };
}

/** How often each bin is in the draw. */
function drawWeights(weights: Float64Array, block: number, random: Random): void {
  weights.fill(0);
  for (let filled = 0; filled < weights.length; filled += block) {
    const from = random.below(weights.length);
    const length = Math.min(block, weights.length - filled);
    for (let i = from; i < from + length; i++) {
      const bin = i % weights.length;
      weights[bin] = (weights[bin] as number) + 1;
    }
  }
}

function sums(bins: RunBins, weights: Float64Array): { ok: number; sumMs: number; requests: number } {
  let [ok, sumMs, requests] = [0, 0, 0];
  for (const [i, weight] of weights.entries()) {
    ok += weight * (bins.ok[i] as number);
    sumMs += weight * (bins.sumMs[i] as number);
    requests += weight * (bins.requests[i] as number);
  }
  return { ok, sumMs, requests };
}

function countCells({ cells, count }: RunBins, weights: Float64Array, counts: Float64Array): void {
  counts.fill(0);
  for (let bin = 0; bin < count; bin++) {
    const weight = weights[bin] as number;
    if (weight === 0) continue;
    const { bucket, times } = cells[bin] as RunBins['cells'][number];
    for (let i = 0; i < bucket.length; i++)
      counts[bucket[i] as number] = (counts[bucket[i] as number] as number) + weight * (times[i] as number);
  }
}

/** By nearest rank over all requests; those that are in no bucket are infinite. */
function percentile({ edgesMs }: RunBins, counts: Float64Array, requests: number, p: number): number {
  const rank = nearestRank(p, requests);
  let below = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    below += counts[bucket] as number;
    if (below >= rank) return edgesMs[bucket] as number;
  }
  return Infinity;
}
