import { chiSquareQuantile } from '../inspect/special-functions.js';
import { short, type Candidate, type FitData } from './candidate.js';

export function fitPoisson({ atMs, durationMs }: FitData): Candidate {
  const seconds = durationMs / 1000;
  const rate = atMs.length / seconds;
  return {
    label: 'poisson',
    recipe: { process: 'poisson', durationMs, seed: 1, rate: short(rate) },
    logLikelihood: atMs.length * Math.log(rate) - atMs.length,
    parameters: 1,
    estimates: [
      {
        name: 'rate',
        unit: '/s',
        value: rate,
        relativeError: 1 / Math.sqrt(atMs.length),
        low: chiSquareQuantile(0.025, 2 * atMs.length) / 2 / seconds,
        high: chiSquareQuantile(0.975, 2 * atMs.length + 2) / 2 / seconds,
      },
    ],
    survivals: () => gapsOf(atMs).map((gap) => Math.exp(-rate * gap)),
    notes: [],
  };
}

/** From the start and between arrivals, seconds. */
export function gapsOf(atMs: Float64Array): Float64Array {
  return atMs.map((at, i) => (at - (i === 0 ? 0 : (atMs[i - 1] as number))) / 1000);
}
