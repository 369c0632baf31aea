import type { SortedChunk } from './arrival-sorter.js';

/**
 * Spreads arrivals that share a stamp over the step of the clock, as the order statistics of uniform draws: what a Poisson process
 * does, given how many fall into the step. Arrivals keep their order. `sizes`: how many share each stamp.
 */
export function* spreadWithin(
  chunks: Iterable<SortedChunk>,
  sizes: Generator<number, undefined>,
  stepNs: number,
  random: () => number,
): Generator<SortedChunk> {
  let key = NaN;
  let draws: Float64Array = new Float64Array(0);
  let next = 0;
  for (const { keys, columns } of chunks) {
    const moved = new Float64Array(keys.length);
    for (let i = 0; i < keys.length; i++) {
      const at = keys[i] as number;
      if (at !== key) {
        key = at;
        draws = drawsFor(sizes.next().value ?? 0, stepNs, random);
        next = 0;
      }
      moved[i] = at + (draws[next++] ?? 0);
    }
    yield { keys: moved, columns };
  }
}

/** How many arrivals share each stamp, in order. */
export function* groupSizes(chunks: Iterable<SortedChunk>): Generator<number, undefined> {
  let key = NaN;
  let size = 0;
  for (const { keys } of chunks) {
    for (const at of keys) {
      if (at !== key && size > 0) {
        yield size;
        size = 0;
      }
      key = at;
      size++;
    }
  }
  if (size > 0) yield size;
  return undefined;
}

/** Sorted, in whole us where the step has them. */
function drawsFor(count: number, stepNs: number, random: () => number): Float64Array {
  const unit = stepNs % 1000 === 0 ? 1000 : 1;
  const draws = new Float64Array(count);
  for (let i = 0; i < count; i++) draws[i] = Math.floor((random() * stepNs) / unit) * unit;
  return draws.sort();
}
