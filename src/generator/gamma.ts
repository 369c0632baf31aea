import type { ArrivalProcess } from './arrival-process.js';
import { numberWithin, positiveRate } from './bounds.js';
import { exp } from './exp.js';
import { ln } from './ln.js';
import type { Random } from './random.js';
import { renewals } from './renewals.js';

/**
 * Independent gamma-distributed gaps of mean 1 / rate and squared coefficient of variation `scv` (variance over squared
 * mean; 1 is Poisson, more is burstier, less is more regular), in [0.001, 1000].
 * The start is stationary: time 0 is an arbitrary moment, not an arrival, so the expected number of arrivals in every
 * stretch is rate times its length.
 */
export function gamma(ratePerSecond: number, scv: number): ArrivalProcess {
  positiveRate(ratePerSecond, 'rate');
  const shape = 1 / numberWithin(scv, 'scv', LEAST_SCV, MOST_SCV);
  const scaleMs = 1000 / (ratePerSecond * shape);
  return {
    name: 'gamma',
    meanPerSecond: ratePerSecond,
    arrivals: (random, durationMs) => {
      const own = random.split('arrivals');
      return renewals(scaleMs * residual(shape, own), () => scaleMs * gammaVariate(shape, own), durationMs);
    },
  };
}

export const LEAST_SCV = 0.001;
export const MOST_SCV = 1000;

/**
 * The wait from an arbitrary moment to the next arrival: the gap around that moment is length-biased, which makes a
 * gamma one of shape + 1, and the moment is uniform in it (Cox, "Renewal Theory", 1962, section 5.4).
 */
function residual(shape: number, random: Random): number {
  return random.uniform() * gammaVariate(shape + 1, random);
}

/** Gamma with scale 1. Below shape 1 by the boost of Marsaglia and Tsang: gamma(a + 1) U^(1/a). */
export function gammaVariate(shape: number, random: Random): number {
  return shape >= 1 ? fromNormals(shape, random) : fromNormals(shape + 1, random) * exp(-random.exponential() / shape);
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables" (ACM TOMS 26, 2000), without the squeeze; shape >= 1. */
function fromNormals(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const root = 1 + c * x;
    const v = root * root * root;
    if (v > 0 && -random.exponential() < 0.5 * x * x + d * (1 - v + ln(v))) return d * v;
  }
}
