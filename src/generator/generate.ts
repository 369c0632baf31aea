import { scaleTime, thin } from './combine.js';
import { mergeSorted } from './merge-sorted.js';
import { processOf } from './process-of.js';
import { followProfile } from './profile.js';
import { seededRandom, type Random } from './random.js';
import type { Recipe } from './recipe.js';

/** What a recipe makes. */
export interface Generated {
  readonly durationMs: number;
  /** Sorted times in [0, durationMs], ms, whole microseconds; at most 8192 a chunk. Each walk makes them anew, the same. */
  readonly chunks: Iterable<Float64Array>;
}

/** Makes the arrivals of a checked recipe, streamed. Throws `UserError` where it cannot be followed (an unlikely `count`). */
export function generate(recipe: Recipe): Generated {
  const durationMs = lengthMs(recipe);
  const open = () => toMicroseconds(arrivalsOf(recipe, seededRandom(recipe.seed)), durationMs);
  // Paths are drawn when the arrivals are asked for: what cannot be followed is found here, before anything is written.
  arrivalsOf(recipe, seededRandom(recipe.seed));
  return { durationMs, chunks: { [Symbol.iterator]: open } };
}

function lengthMs({ durationMs, scaleTime: factor = 1, superpose = [] }: Recipe): number {
  return Math.max(durationMs * factor, ...superpose.map(lengthMs));
}

/** Every level gets a stream of its own, so that adding a recipe to `superpose` moves no arrival of another. */
function arrivalsOf(recipe: Recipe, random: Random): Iterable<Float64Array> {
  const { profile, thin: keep, scaleTime: factor, superpose } = recipe;
  const process = processOf(recipe);
  const source = profile === undefined ? process : followProfile(process, profile);
  const thinned = keep === undefined ? source : thin(source, keep);
  const own = factor === undefined ? thinned : scaleTime(thinned, factor);
  const ownArrivals = own.arrivals(random, recipe.durationMs * (factor ?? 1));
  if (superpose === undefined) return ownArrivals;
  const others = superpose.map((inner, i) =>
    arrivalsOf(inner, random.split(`superposed ${String(i)}`).split(`seed ${String(inner.seed)}`)),
  );
  return mergeSorted([ownArrivals, ...others]);
}

/** Rounds in place (a chunk belongs to the caller); rounding up may not leave the window. */
function* toMicroseconds(
  arrivals: Iterable<Float64Array>,
  durationMs: number,
): Generator<Float64Array, void, undefined> {
  const lastMs = Math.floor(durationMs * 1000) / 1000;
  for (const chunk of arrivals) {
    for (let i = 0; i < chunk.length; i++) chunk[i] = Math.min(Math.round((chunk[i] as number) * 1000) / 1000, lastMs);
    yield chunk;
  }
}
