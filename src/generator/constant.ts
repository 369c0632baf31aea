import { CHUNK_ARRIVALS, type ArrivalProcess } from './arrival-process.js';
import { positiveRate } from './bounds.js';

/** Evenly spaced arrivals, the first at 0. Each time is computed from its index, so no rounding adds up. */
export function constant(ratePerSecond: number): ArrivalProcess {
  positiveRate(ratePerSecond, 'rate');
  return {
    name: 'constant',
    meanPerSecond: ratePerSecond,
    arrivals: (_random, durationMs) => evenly(ratePerSecond, durationMs),
  };
}

function* evenly(ratePerSecond: number, durationMs: number): Generator<Float64Array, void, undefined> {
  const count = countBefore(ratePerSecond, durationMs);
  for (let first = 0; first < count; first += CHUNK_ARRIVALS) {
    const chunk = new Float64Array(Math.min(CHUNK_ARRIVALS, count - first));
    for (let i = 0; i < chunk.length; i++) chunk[i] = ((first + i) * 1000) / ratePerSecond;
    yield chunk;
  }
}

/** How many i >= 0 have i * 1000 / rate < duration, in the arithmetic of the loop: the estimate may be one off either way. */
function countBefore(ratePerSecond: number, durationMs: number): number {
  let count = Math.ceil((durationMs * ratePerSecond) / 1000);
  while ((count * 1000) / ratePerSecond < durationMs) count++;
  while (count > 0 && ((count - 1) * 1000) / ratePerSecond >= durationMs) count--;
  return count;
}
