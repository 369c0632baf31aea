import type { Law } from './system.js';
import { uniformAt } from './uniform-at.js';

/** The length that a law gives the thing of this index, ms. */
export type Sampler = (seed: number, index: number) => number;

/** The mean of a law, ms; `places`: what a rate is shared by. */
export function meanOf({ mean: { unit, value } }: Law, places = 1): number {
  return unit === '/s' ? (1000 * places) / value : value;
}

/** `purpose` names the stream, with the next one where a law needs two numbers. */
export function samplerOf(law: Law, purpose: number, places = 1): Sampler {
  const mean = meanOf(law, places);
  switch (law.law) {
    case 'constant':
      return () => mean;
    case 'exponential':
      return (seed, index) => -Math.log(uniformAt(seed, index, purpose)) * mean;
    case 'lognormal':
      return lognormal(mean, law.cv.value, purpose);
    case 'gamma':
      return gamma(mean, law.cv.value, purpose);
    case 'empirical':
      return empirical(mean, law.values, purpose);
  }
}

/** Mean m and coefficient of variation c: sigma^2 = ln(1 + c^2), mu = ln m - sigma^2 / 2. */
function lognormal(mean: number, cv: number, purpose: number): Sampler {
  const variance = Math.log(1 + cv * cv);
  const sigma = Math.sqrt(variance);
  const mu = Math.log(mean) - variance / 2;
  return (seed, index) => Math.exp(mu + sigma * normalAt(seed, index, purpose));
}

/** Box and Muller. */
function normalAt(seed: number, index: number, purpose: number): number {
  const radius = Math.sqrt(-2 * Math.log(uniformAt(seed, index, purpose)));
  return radius * Math.cos(2 * Math.PI * uniformAt(seed, index, purpose + 1));
}

/** Each rejected try draws from streams far behind all named ones. */
const NEXT_TRY = 1024;

/** Marsaglia and Tsang, "A simple method for generating gamma variables" (ACM TOMS 26, 2000); shape 1 / cv^2. */
function gamma(mean: number, cv: number, purpose: number): Sampler {
  if (cv === 0) return () => mean;
  const shape = 1 / (cv * cv);
  const boosted = shape < 1 ? shape + 1 : shape;
  const d = boosted - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  const scale = mean / shape;
  return (seed, index) => {
    for (let stream = purpose + NEXT_TRY; ; stream += NEXT_TRY) {
      const x = normalAt(seed, index, stream);
      const v = (1 + c * x) ** 3;
      if (v <= 0 || Math.log(uniformAt(seed, index, stream + 2)) >= x * x * 0.5 + d * (1 - v + Math.log(v))) continue;
      const boost = shape < 1 ? uniformAt(seed, index, stream + 3) ** (1 / shape) : 1;
      return d * v * scale * boost;
    }
  };
}

/** A measured value, all equally likely, scaled to the mean. */
function empirical(mean: number, values: readonly number[], purpose: number): Sampler {
  const measured = Float64Array.from(values);
  const scale = mean / (measured.reduce((sum, ms) => sum + ms, 0) / measured.length);
  return (seed, index) => scale * (measured[Math.floor(uniformAt(seed, index, purpose) * measured.length)] as number);
}
