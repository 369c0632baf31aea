import { lnGamma } from '../generator/ln-gamma.js';
import { digamma, gammaSurvival } from '../inspect/special-functions.js';
import { short, type Candidate, type FitData, type NamedEstimate } from './candidate.js';
import { gapsOf } from './fit-poisson.js';

/** A law of independent gaps with one shape; its scale follows from the mean. */
interface GapLaw {
  readonly logDensity: (x: number) => number;
  readonly survival: (x: number) => number;
}

/** A shorter gap has no likelihood to speak of, seconds. */
const LEAST_GAP = 1e-12;
const LEAST_SHAPE = 0.001;
const MOST_SHAPE = 1000;

/** Gamma-distributed gaps, by maximum likelihood; null for fewer than three arrivals or gaps that are all alike. */
export function fitGamma(data: FitData): Candidate | null {
  const [mean, logMean] = gapMeans(data);
  const spread = Math.log(mean) - logMean;
  if (!(spread > 1e-9)) return null;
  const shape = solve((s) => spread - (Math.log(s) - digamma(s)), LEAST_SHAPE, MOST_SHAPE);
  const perGap = shape * (shape * trigamma(shape) - 1);
  const law: GapLaw = {
    logDensity: (x) => shape * Math.log(shape / mean) + (shape - 1) * Math.log(x) - (shape * x) / mean - lnGamma(shape),
    survival: (x) => gammaSurvival(shape, (shape * x) / mean),
  };
  const scv = 1 / shape;
  return renewal('gamma', data, mean, law, {
    fields: { scv: short(scv) },
    estimate: around('SCV of gaps', scv, 1 / Math.sqrt(perGap * data.atMs.length)),
    scv,
  });
}

/** Weibull-distributed gaps, in the same way. */
export function fitWeibull(data: FitData): Candidate | null {
  const [mean, logMean] = gapMeans(data);
  if (!(Math.log(mean) - logMean > 1e-9)) return null;
  const logs = gapsOf(data.atMs)
    .subarray(1)
    .map((x) => Math.log(Math.max(x, LEAST_GAP) / mean));
  const average = logs.reduce((sum, one) => sum + one, 0) / logs.length;
  const shape = solve((k) => slope(logs, k) - 1 / k - average, LEAST_WEIBULL, MOST_WEIBULL);
  const power = logs.reduce((sum, one) => sum + Math.exp(shape * one), 0) / logs.length;
  const scale = mean * power ** (1 / shape);
  const law: GapLaw = {
    logDensity: (x) => Math.log(shape / scale) + (shape - 1) * Math.log(x / scale) - (x / scale) ** shape,
    survival: (x) => Math.exp(-((x / scale) ** shape)),
  };
  const fitted = scale * Math.exp(lnGamma(1 + 1 / shape));
  return renewal('weibull', data, fitted, law, {
    fields: { shape: short(shape) },
    // Of n gaps the variance of the estimated shape is 0.608 shape^2 / n (Cohen, Technometrics 7, 1965).
    estimate: around('shape', shape, Math.sqrt(0.6079 / data.atMs.length)),
    scv: Math.exp(lnGamma(1 + 2 / shape) - 2 * lnGamma(1 + 1 / shape)) - 1,
  });
}

const LEAST_WEIBULL = 0.1;
const MOST_WEIBULL = 100;

/** The mean of the logarithms, weighted by the powers; `logs` are of gaps over their mean. */
function slope(logs: Float64Array, k: number): number {
  let [sum, weighted] = [0, 0];
  const most = logs.reduce((highest, one) => Math.max(highest, one), -Infinity);
  for (const one of logs) {
    const weight = Math.exp(k * (one - most));
    sum += weight;
    weighted += weight * one;
  }
  return weighted / sum;
}

interface Shape {
  readonly fields: Readonly<Record<string, number>>;
  readonly estimate: NamedEstimate;
  readonly scv: number;
}

function renewal(process: string, { atMs, durationMs }: FitData, mean: number, law: GapLaw, shape: Shape): Candidate {
  const gaps = gapsOf(atMs);
  let logLikelihood = 0;
  for (const x of gaps.subarray(1)) logLikelihood += law.logDensity(Math.max(x, LEAST_GAP));
  // Time 0 is an arbitrary moment: the wait from it has density S(x) / mean. In the rest after the last arrival nothing came.
  const rest = (durationMs - (atMs.at(-1) ?? 0)) / 1000;
  logLikelihood += Math.log(Math.max(law.survival(gaps[0] ?? 0), 1e-300) / mean) + Math.log(Math.max(law.survival(rest), 1e-300)); // prettier-ignore
  return {
    label: process,
    recipe: { process, durationMs, seed: 1, rate: short(1 / mean), ...shape.fields },
    logLikelihood,
    parameters: 2,
    estimates: [{ ...around('rate', 1 / mean, Math.sqrt(shape.scv / atMs.length)), unit: '/s' }, shape.estimate],
    survivals: () => gaps.subarray(1).map((x) => law.survival(x)),
    notes: [],
  };
}

function around(name: string, value: number, relativeError: number): NamedEstimate {
  const factor = Math.exp(1.959963984540054 * relativeError);
  return { name, unit: '', value, relativeError, low: value / factor, high: value * factor };
}

/** Of the gaps between arrivals, seconds: their mean, and the mean of their logarithms. */
function gapMeans({ atMs }: FitData): [mean: number, logMean: number] {
  const gaps = gapsOf(atMs).subarray(1);
  if (gaps.length < 2) return [NaN, NaN];
  let [sum, logs] = [0, 0];
  for (const gap of gaps) {
    sum += gap;
    logs += Math.log(Math.max(gap, LEAST_GAP));
  }
  return [sum / gaps.length, logs / gaps.length];
}

function trigamma(x: number): number {
  const h = 1e-4 * x;
  return (digamma(x + h) - digamma(x - h)) / (2 * h);
}

/** Where an increasing function is 0, by bisection of the logarithm; the nearer end where it is not. */
function solve(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [Math.log(low), Math.log(high)];
  for (let i = 0; i < 60; i++) {
    const middle = (a + b) / 2;
    if (f(Math.exp(middle)) < 0) a = middle;
    else b = middle;
  }
  return Math.exp((a + b) / 2);
}
