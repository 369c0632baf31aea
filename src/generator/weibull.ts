import type { ArrivalProcess } from './arrival-process.js';
import { numberWithin, positiveRate } from './bounds.js';
import { exp } from './exp.js';
import { gammaVariate } from './gamma.js';
import { lnGamma } from './ln-gamma.js';
import { ln } from './ln.js';
import type { Random } from './random.js';
import { renewals } from './renewals.js';

/**
 * Independent Weibull-distributed gaps of mean 1 / rate; `shape` in [0.1, 100]: 1 is Poisson, less is burstier (a heavier tail), more
 * is more regular. Their squared coefficient of variation is G(1 + 2 / shape) / G(1 + 1 / shape)^2 - 1, G the gamma function.
 * The start is stationary, as that of `gamma`.
 */
export function weibull(ratePerSecond: number, shape: number): ArrivalProcess {
  positiveRate(ratePerSecond, 'rate');
  numberWithin(shape, 'shape', LEAST_WEIBULL_SHAPE, MOST_WEIBULL_SHAPE);
  const scaleMs = 1000 / (ratePerSecond * exp(lnGamma(1 + 1 / shape)));
  return {
    name: 'weibull',
    meanPerSecond: ratePerSecond,
    arrivals: (random, durationMs) => {
      const own = random.split('arrivals');
      return renewals(residual(shape, scaleMs, own), () => scaleMs * weibullVariate(shape, own), durationMs);
    },
  };
}

export const LEAST_WEIBULL_SHAPE = 0.1;
export const MOST_WEIBULL_SHAPE = 100;

/** The gap around an arbitrary moment is length-biased: its power `shape` is a gamma variate of shape 1 + 1 / shape. */
function residual(shape: number, scaleMs: number, random: Random): number {
  return random.uniform() * scaleMs * root(gammaVariate(1 + 1 / shape, random), shape);
}

/** Weibull with scale 1. */
export function weibullVariate(shape: number, random: Random): number {
  return root(random.exponential(), shape);
}

function root(x: number, shape: number): number {
  return exp(ln(x) / shape);
}
