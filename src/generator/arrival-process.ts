import type { Random } from './random.js';

/**
 * A law of arrival times. A process is a value without state: the same randomness gives the same arrivals, and two
 * calls do not influence each other.
 */
export interface ArrivalProcess {
  /** What a recipe calls it. */
  readonly name: string;
  /** Arrivals per second in the long run (for a process with a fixed end: on average up to it). */
  readonly meanPerSecond: number;
  /**
   * The arrivals of [0, durationMs): times in ms, not decreasing, in chunks of 1 to CHUNK_ARRIVALS that are made when
   * asked for. Each chunk is a new array and belongs to the caller. Draws nothing from `random` itself, only from
   * streams split off it (`path`, `arrivals`, `thinning`, ...), so that one purpose never moves another. Throws `UserError` at the call
   * when the process cannot do what is asked.
   */
  arrivals(random: Random, durationMs: number): Iterable<Float64Array>;
}

export const CHUNK_ARRIVALS = 8192;

/** The greatest double below a positive `x`: the last moment of a window that ends before `x`. */
export function justBelow(x: number): number {
  let step = x * 2.220446049250313e-16;
  while (x - step / 2 < x) step /= 2;
  return x - step;
}
