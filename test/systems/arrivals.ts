import { seededRandom } from '#src/generator/random';

/** Due times of a Poisson process, ms. */
export function poisson(perSecond: number, durationMs: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  const times: number[] = [];
  for (let ms = 0; ;) {
    ms += (random.exponential() * 1000) / perSecond;
    if (ms >= durationMs) return Float64Array.from(times);
    times.push(ms);
  }
}
