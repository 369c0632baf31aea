import type { Random } from '../generator/random.js';
import { arrivalsOf } from '../inspect/arrivals.js';
import { stampResolution } from '../inspect/stamp-resolution.js';

/**
 * Arrivals of rounded times, spread evenly at random within the step of the stamps, in order: a likelihood knows no equal times. What
 * was regular stays as it is. `stepMs` is null where nothing was spread.
 */
export function spreadStamps(
  atMs: Float64Array,
  durationMs: number,
  random: Random,
): { atMs: Float64Array; stepMs: number | null } {
  const { resolutionMs, duplicates, expectedDuplicates } = stampResolution(arrivalsOf(atMs, durationMs));
  if (duplicates === 0) return { atMs, stepMs: null };
  const isRounded = resolutionMs !== null && duplicates > 0.2 * expectedDuplicates;
  const stepMs = isRounded ? resolutionMs : LEAST_STEP_MS;
  const spread = new Float64Array(atMs.length);
  for (let from = 0; from < atMs.length;) {
    let to = from + 1;
    while (to < atMs.length && atMs[to] === atMs[from]) to++;
    const next = atMs[to] ?? Infinity;
    const room = Math.min(stepMs, next - (atMs[from] as number));
    const offsets = Float64Array.from({ length: to - from }, () => random.uniform() * room).sort();
    for (let i = from; i < to; i++) spread[i] = (atMs[from] as number) + (offsets[i - from] as number);
    from = to;
  }
  return { atMs: spread, stepMs };
}

/** What comes together comes within this. */
const LEAST_STEP_MS = 0.001;
