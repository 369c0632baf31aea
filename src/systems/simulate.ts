import type { DrawSummary } from './draw-summary.js';
import type { DrawOptions } from './scenario.js';
import type { SimulatedSystem } from './system.js';

/**
 * One simulation of a system under arrivals (due times in ms, not decreasing). Pure: the same arguments give the same summary
 * to the bit, and two systems with the same seed and arrivals get the same draws for the same request.
 */
export function simulateDraw(
  system: SimulatedSystem,
  arrivals: Float64Array,
  seed: number,
  options: DrawOptions = {},
): DrawSummary {
  throw new Error(
    `not simulated yet: ${system.name}, ${String(arrivals.length)}, ${String(seed)}, ${String(options.after?.gapMs)}`,
  );
}
