import type { Random } from '../generator/random.js';

/** An arrival that is repeated is moved by up to this much, so that copies do not come at once. */
const MOST_SHIFT_MS = 500;

/**
 * The same traffic at `times` its rate: below 1 each arrival is kept with that probability, above 1 it is repeated that many
 * times on average, each copy up to half a second away. Bursts keep their place and length.
 */
export function scaleArrivals(atMs: Float64Array, durationMs: number, times: number, random: Random): Float64Array {
  const scaled: number[] = [];
  for (const ms of atMs) {
    const copies = Math.floor(times) + (random.uniform() < times % 1 ? 1 : 0);
    for (let i = 0; i < copies; i++)
      scaled.push(times < 1 ? ms : Math.min(durationMs, Math.max(0, ms + (2 * random.uniform() - 1) * MOST_SHIFT_MS)));
  }
  return Float64Array.from(scaled).sort();
}
