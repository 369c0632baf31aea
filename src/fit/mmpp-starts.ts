import type { Random } from '../generator/random.js';
import { binnedCounts } from './binned-counts.js';
import { logLikelihood } from './likelihood.js';
import type { MmppParameters, ObservedGaps } from './mmpp-data.js';
import { fitPoissonHmm } from './poisson-hmm.js';

/** Mean counts of a bin: states that last for some arrivals are seen in short bins, and slow ones best in long ones. */
const PER_BIN = [3, 15, 75];
const LEAST_BINS = 30;
const MOST_BINS = 20_000;
const ROUNDS = 40;

export interface MmppStart {
  readonly parameters: MmppParameters;
  readonly logLikelihood: number;
}

/** Fits over bins of several lengths, from several means, the most likely by the exact likelihood first. */
export function mmppStarts(
  atMs: Float64Array,
  durationMs: number,
  observed: ObservedGaps,
  states: number,
  random: Random,
  outOfTime: () => boolean,
): MmppStart[] {
  const found: MmppStart[] = [];
  for (const bins of binNumbers(atMs.length)) {
    const binned = binnedCounts([atMs], durationMs, bins);
    for (const means of startMeans(binned.counts, states, random)) {
      if (found.length > 0 && outOfTime()) break;
      const parameters = fitPoissonHmm(binned, means, ROUNDS);
      if (parameters === null) continue;
      const likelihood = logLikelihood(parameters, observed);
      if (Number.isFinite(likelihood)) found.push({ parameters, logLikelihood: likelihood });
    }
  }
  return found.sort((a, b) => b.logLikelihood - a.logLikelihood);
}

function binNumbers(arrivals: number): number[] {
  const wished = PER_BIN.map((mean) => Math.min(MOST_BINS, Math.max(LEAST_BINS, Math.round(arrivals / mean))));
  return [...new Set(wished)];
}

/** Means of the states to start from: centres of the counts, equal parts of their order, and two that are drawn. */
function startMeans(counts: Uint32Array, states: number, random: Random): number[][] {
  const sorted = Uint32Array.from(counts).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
  const even = Array.from({ length: states }, (_, i) => at((i + 0.5) / states));
  const spread = Array.from(
    { length: states },
    (_, i) => at(0.02) + ((at(0.98) - at(0.02)) * i) / Math.max(1, states - 1),
  );
  const drawn = Array.from({ length: states }, () => at(random.uniform())).sort((a, b) => a - b);
  return [centres(sorted, spread), centres(sorted, even), drawn].map(apart);
}

/** Lloyd's algorithm on the square roots of counts, whose spread does not grow with them. */
function centres(sorted: Uint32Array, from: readonly number[]): number[] {
  let roots = from.map(Math.sqrt);
  for (let round = 0; round < 12; round++) {
    const sums = roots.map(() => [0, 0] as [number, number]);
    for (const count of sorted) {
      const root = Math.sqrt(count);
      let nearest = 0;
      for (let i = 1; i < roots.length; i++)
        if (Math.abs(root - (roots[i] as number)) < Math.abs(root - (roots[nearest] as number))) nearest = i;
      const sum = sums[nearest] as [number, number];
      sum[0] += root;
      sum[1]++;
    }
    roots = sums.map(([sum, n], i) => (n === 0 ? (roots[i] as number) : sum / n));
  }
  return roots.map((root) => root * root).sort((a, b) => a - b);
}

/** Two states that start alike stay alike. */
function apart(means: readonly number[]): number[] {
  const result: number[] = [];
  for (const mean of means) result.push(Math.max(mean, (result.at(-1) ?? -1) + 0.3, (result.at(-1) ?? 0) * 1.1));
  return result;
}
