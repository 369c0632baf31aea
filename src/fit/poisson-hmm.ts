import type { BinnedCounts } from './binned-counts.js';
import { withDiagonal, type MmppParameters } from './mmpp-data.js';

/** A hidden Markov chain over bins whose counts are Poisson in each state. */
interface Hmm {
  readonly states: number;
  /** Counts per bin. */
  readonly means: Float64Array;
  /** k rows of k. */
  readonly jumps: Float64Array;
  readonly first: Float64Array;
}

/**
 * Baum and Welch's algorithm over binned counts, from a start with these means: fast and near the MMPP where bins are much shorter
 * than the stays. The generator is log(P) / bin. Null where two states come out as one.
 */
export function fitPoissonHmm(binned: BinnedCounts, means: readonly number[], rounds: number): MmppParameters | null {
  const states = means.length;
  const stay = 1 - Math.min(0.1, 5 / binned.counts.length + 0.02);
  let hmm: Hmm = {
    states,
    means: Float64Array.from(means, (mean) => Math.max(mean, 0.5 * LEAST_MEAN)),
    jumps: Float64Array.from({ length: states * states }, (_, at) => (at % (states + 1) === 0 ? stay : (1 - stay) / (states - 1))), // prettier-ignore
    first: new Float64Array(states).fill(1 / states),
  };
  let before = -Infinity;
  for (let round = 0; round < rounds; round++) {
    const { next, logLikelihood } = improved(hmm, binned.counts);
    hmm = next;
    if (Math.abs(logLikelihood - before) < 1e-3) break;
    before = logLikelihood;
  }
  return toMmpp(hmm, binned);
}

const LEAST_MEAN = 1e-3;

function improved(hmm: Hmm, counts: Uint32Array): { next: Hmm; logLikelihood: number } {
  const { states, means, jumps } = hmm;
  const bins = counts.length;
  const forward = new Float64Array(bins * states);
  const { emission, shift } = emissions(means, counts);
  const scales = new Float64Array(bins);
  let logLikelihood = 0;
  for (let b = 0; b < bins; b++) {
    let whole = 0;
    for (let j = 0; j < states; j++) {
      let mass = 0;
      if (b === 0) mass = hmm.first[j] as number;
      else
        for (let i = 0; i < states; i++)
          mass += (forward[(b - 1) * states + i] as number) * (jumps[i * states + j] as number);
      const value = mass * (emission[b * states + j] as number);
      forward[b * states + j] = value;
      whole += value;
    }
    scales[b] = whole;
    logLikelihood += Math.log(whole);
    for (let j = 0; j < states; j++) forward[b * states + j] = (forward[b * states + j] as number) / whole;
  }
  return { next: backward(hmm, counts, { forward, emission, scales }), logLikelihood: logLikelihood + shift };
}

interface Passed {
  readonly forward: Float64Array;
  readonly emission: Float64Array;
  readonly scales: Float64Array;
}

function backward({ states, jumps }: Hmm, counts: Uint32Array, { forward, emission, scales }: Passed): Hmm {
  let later = new Float64Array(states).fill(1);
  let earlier = new Float64Array(states);
  const crossings = new Float64Array(states * states);
  const occupied = new Float64Array(states);
  const counted = new Float64Array(states);
  const first = new Float64Array(states);
  for (let b = counts.length - 1; b >= 0; b--) {
    for (let i = 0; i < states; i++) {
      const share = (forward[b * states + i] as number) * (later[i] as number);
      occupied[i] = (occupied[i] as number) + share;
      counted[i] = (counted[i] as number) + share * (counts[b] as number);
      if (b === 0) first[i] = share;
    }
    if (b === 0) break;
    const scale = 1 / (scales[b] as number);
    for (let i = 0; i < states; i++) {
      let sum = 0;
      for (let j = 0; j < states; j++) {
        const weight =
          (jumps[i * states + j] as number) * (emission[b * states + j] as number) * (later[j] as number) * scale;
        sum += weight;
        crossings[i * states + j] =
          (crossings[i * states + j] as number) + (forward[(b - 1) * states + i] as number) * weight;
      }
      earlier[i] = sum;
    }
    [later, earlier] = [earlier, later];
  }
  const rows = Array.from({ length: states }, (_, i) => crossings.subarray(i * states, (i + 1) * states).reduce((sum, one) => sum + one, 0)); // prettier-ignore
  return {
    states,
    means: counted.map((count, i) => Math.max(count / Math.max(occupied[i] as number, 1e-9), LEAST_MEAN / 10)),
    jumps: crossings.map((count, at) => (rows[Math.floor(at / states)] as number) > 1e-12 ? count / (rows[Math.floor(at / states)] as number) : at % (states + 1) === 0 ? 1 : 0), // prettier-ignore
    first,
  };
}

/** Up to a factor for each bin that is the same for all states; `shift` is the sum of their logarithms. */
function emissions(means: Float64Array, counts: Uint32Array): { emission: Float64Array; shift: number } {
  const states = means.length;
  const logs = means.map((mean) => Math.log(mean));
  const emission = new Float64Array(counts.length * states);
  const row = new Float64Array(states);
  let shift = 0;
  for (let b = 0; b < counts.length; b++) {
    let most = -Infinity;
    for (let i = 0; i < states; i++) {
      const value = (counts[b] as number) * (logs[i] as number) - (means[i] as number);
      row[i] = value;
      if (value > most) most = value;
    }
    shift += most;
    for (let i = 0; i < states; i++) emission[b * states + i] = Math.exp((row[i] as number) - most);
  }
  return { emission, shift };
}

function toMmpp({ states, means, jumps }: Hmm, { bin, counts }: BinnedCounts): MmppParameters | null {
  const order = Array.from({ length: states }, (_, i) => i).sort((a, b) => (means[a] as number) - (means[b] as number));
  const rates = Float64Array.from(order, (state) => (means[state] as number) / bin);
  if (rates.some((rate, i) => i > 0 && rate < (rates[i - 1] as number) * 1.001)) return null;
  const sorted = Float64Array.from({ length: states * states }, (_, at) => jumps[(order[Math.floor(at / states)] as number) * states + (order[at % states] as number)] as number); // prettier-ignore
  const log = matrixLog(sorted, states);
  // No jump is impossible for having been missed in the bins.
  const least = 0.02 / (counts.length * bin * states);
  return {
    rates,
    q: withDiagonal(
      log.map((value) => Math.max(value / bin, least)),
      states,
    ),
  };
}

/** log(I + X) = X - X^2/2 + X^3/3 - ..., which converges where states are mostly kept; else its first term. */
function matrixLog(jumps: Float64Array, states: number): Float64Array {
  const x = jumps.map((value, at) => (at % (states + 1) === 0 ? value - 1 : value));
  const least = Math.min(...Array.from({ length: states }, (_, i) => jumps[i * (states + 1)] as number));
  if (least < 0.55) return x;
  let power: Float64Array = x;
  const sum = Float64Array.from(x);
  for (let n = 2; n <= 60; n++) {
    power = times(power, x, states);
    for (let at = 0; at < sum.length; at++)
      sum[at] = (sum[at] as number) + ((n % 2 === 0 ? -1 : 1) * (power[at] as number)) / n;
  }
  return sum;
}

function times(a: Float64Array, b: Float64Array, states: number): Float64Array {
  return a.map((_, at) => {
    const [i, j] = [Math.floor(at / states), at % states];
    let sum = 0;
    for (let m = 0; m < states; m++) sum += (a[i * states + m] as number) * (b[m * states + j] as number);
    return sum;
  });
}
