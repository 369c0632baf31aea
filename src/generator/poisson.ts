import type { ArrivalProcess } from './arrival-process.js';
import { positiveRate } from './bounds.js';
import { poissonThroughRates } from './through-rates.js';

/** Independent arrivals at a constant rate. Being without memory, it is stationary from the start. */
export function poisson(ratePerSecond: number): ArrivalProcess {
  positiveRate(ratePerSecond, 'rate');
  return {
    name: 'poisson',
    meanPerSecond: ratePerSecond,
    arrivals: (random, durationMs) =>
      poissonThroughRates(
        [{ startMs: 0, endMs: durationMs, startPerSecond: ratePerSecond, endPerSecond: ratePerSecond }],
        random,
        durationMs,
      ),
  };
}
