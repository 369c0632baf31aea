import {
  add,
  dot,
  inverse,
  matrixExponential,
  multiply,
  rowTimes,
  scale,
  timesColumn,
  identity,
  type Matrix,
  type Vector,
} from './dense-matrix.js';
import type { MmppModel } from './mmpp-model.js';

/** What theory says of a Markov-modulated Poisson process in its stationary state. */
export interface MmppMoments {
  /** Long-run share of time in each state. */
  readonly stationary: Vector;
  readonly meanPerSecond: number;
  /** Squared coefficient of variation of the gap between two arrivals; 1 for Poisson, never less. */
  readonly scv: number;
  /** Correlation of two gaps that are `lag` >= 1 arrivals apart. */
  autocorrelation(lag: number): number;
  /** Index of dispersion: variance over mean of the count in a window of `seconds` > 0; 1 for Poisson. */
  idc(seconds: number): number;
  /** The index of dispersion of an infinite window. */
  readonly idcLimit: number;
}

/**
 * Closed forms for k states. Gaps: the process as a Markovian arrival process with D0 = Q - L, D1 = L (L = diag(rates));
 * Fischer and Meier-Hellstern, "The Markov-modulated Poisson process (MMPP) cookbook" (Performance Evaluation 18, 1993),
 * sections 2 and 3: with M = (L - Q)^-1 and p = pi L / mean, E[X^n] = n! p M^n e. Counts: the same, section 4, in terms of
 * the deviation matrix D = (e pi - Q)^-1 - e pi.
 */
export function mmppMoments(model: MmppModel): MmppMoments {
  const { rates, q, stationary } = model;
  const meanPerSecond = dot(stationary, rates);
  return {
    stationary,
    meanPerSecond,
    ...gapMoments(rates, q, stationary, meanPerSecond),
    ...countMoments(rates, q, stationary, meanPerSecond),
  };
}

function gapMoments(
  rates: Vector,
  q: Matrix,
  stationary: Vector,
  mean: number,
): Pick<MmppMoments, 'scv' | 'autocorrelation'> {
  const m = inverse(add(diagonal(rates), scale(q, -1)));
  const meanGapFrom = timesColumn(
    m,
    rates.map(() => 1),
  );
  const phase = stationary.map((share, i) => (share * (rates[i] ?? 0)) / mean);
  const secondMoment = 2 * dot(phase, timesColumn(m, meanGapFrom));
  const variance = secondMoment - 1 / mean ** 2;
  const perArrival = multiply(m, diagonal(rates));
  return {
    scv: secondMoment * mean ** 2 - 1,
    autocorrelation: (lag) => {
      let weights = rowTimes(phase, m);
      for (let k = 0; k < lag; k++) weights = rowTimes(weights, perArrival);
      return (dot(weights, meanGapFrom) - 1 / mean ** 2) / variance;
    },
  };
}

/** Var N(t) = mean t + 2 t pi L D L e - 2 pi L D^2 (I - e^(Qt)) L e. */
function countMoments(
  rates: Vector,
  q: Matrix,
  stationary: Vector,
  mean: number,
): Pick<MmppMoments, 'idc' | 'idcLimit'> {
  const projection = q.map(() => stationary);
  const deviation = add(inverse(add(projection, scale(q, -1))), scale(projection, -1));
  const weighted = stationary.map((share, i) => share * (rates[i] ?? 0));
  const onceDeviated = rowTimes(weighted, deviation);
  const twiceDeviated = rowTimes(onceDeviated, deviation);
  const idcLimit = 1 + (2 / mean) * dot(onceDeviated, rates);
  return {
    idcLimit,
    idc: (seconds) => {
      const settled = add(identity(q.length), scale(matrixExponential(scale(q, seconds)), -1));
      return idcLimit - (2 / (mean * seconds)) * dot(rowTimes(twiceDeviated, settled), rates);
    },
  };
}

/**
 * The same for two states, as scalars; r12 and r21 are the jump rates per second. Heffes and Lucantoni, "A Markov modulated
 * characterization of packetized voice and data traffic" (IEEE JSAC 4, 1986), and the cookbook's section 5.
 */
export function twoStateMoments(rate1: number, rate2: number, r12: number, r21: number): MmppMoments {
  const s = r12 + r21;
  const w = rate1 * r21 + rate2 * r12;
  const spread = 2 * r12 * r21 * (rate1 - rate2) ** 2;
  const scv = 1 + spread / (s ** 2 * (rate1 * rate2 + w));
  const decay = (rate1 * rate2) / (rate1 * rate2 + w);
  const excess = spread / (s ** 2 * w);
  return {
    stationary: [r21 / s, r12 / s],
    meanPerSecond: w / s,
    scv,
    autocorrelation: (lag) => 0.5 * (1 - 1 / scv) * decay ** lag,
    idc: (seconds) => 1 + excess + (excess / (s * seconds)) * Math.expm1(-s * seconds),
    idcLimit: 1 + excess,
  };
}

function diagonal(values: Vector): Matrix {
  return values.map((value, i) => values.map((_, j) => (i === j ? value : 0)));
}
