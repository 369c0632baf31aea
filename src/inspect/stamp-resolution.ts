import type { Arrivals } from './arrivals.js';

/** How fine the times of a trace are, and how many of them are equal. */
export interface Stamps {
  /** All times are whole multiples of this from the first, ms; null where no step from 1 us to 1 h divides them, or there are too few to know. */
  readonly resolutionMs: number | null;
  /** Arrivals at the time of the one before. */
  readonly duplicates: number;
  /** The most arrivals at one time. */
  readonly mostAtOnce: number;
  /** How many duplicates a Poisson process of the same mean rate would have at this resolution. */
  readonly expectedDuplicates: number;
  /** True: the resolution is so coarse that it, not the traffic, shapes the gaps. */
  readonly coarse: boolean;
}

const STEPS_MS = [0.001, 0.01, 0.1, 1, 10, 100, 1000, 10_000, 60_000, 3_600_000];
/** Fewer different times than this can be multiples of anything by chance. */
const ENOUGH = 10;
/** From this many arrivals in one step of the stamps on, gaps are shaped by the step. */
const COARSE_PER_STEP = 0.02;

export function stampResolution(arrivals: Arrivals): Stamps {
  let step = STEPS_MS.length - 1;
  let [duplicates, run, mostAtOnce, different] = [0, 0, 0, 0];
  let [firstMs, before] = [NaN, NaN];
  for (const chunk of arrivals.chunks()) {
    if (Number.isNaN(firstMs)) firstMs = chunk[0] as number;
    for (let i = 0; i < chunk.length; i++) {
      const at = chunk[i] as number;
      if (at === before) {
        duplicates++;
        run++;
      } else {
        run = 1;
        different++;
        // Each step is a multiple of the finer ones, so the coarsest that still divides all times is enough to know.
        while (step >= 0 && !divides(STEPS_MS[step] as number, at - firstMs)) step--;
      }
      if (run > mostAtOnce) mostAtOnce = run;
      before = at;
    }
  }
  const resolutionMs = different >= ENOUGH ? (STEPS_MS[step] ?? null) : null;
  const perStep = ((resolutionMs ?? 0) * arrivals.count) / Math.max(arrivals.durationMs, Number.MIN_VALUE);
  // Of a Poisson number m in a step, m - 1 are duplicates where m > 0.
  const expectedDuplicates = perStep === 0 ? 0 : (arrivals.count * (perStep - 1 + Math.exp(-perStep))) / perStep;
  return {
    resolutionMs,
    duplicates,
    mostAtOnce,
    expectedDuplicates,
    // A timer's times are multiples of its period, too, but no two are equal.
    coarse: (resolutionMs ?? 0) >= 1 && perStep >= COARSE_PER_STEP && duplicates > expectedDuplicates / 10,
  };
}

/** Within the rounding of a double. */
function divides(stepMs: number, ms: number): boolean {
  const steps = ms / stepMs;
  return Math.abs(steps - Math.round(steps)) <= Math.max(1e-6, steps * 1e-15);
}
