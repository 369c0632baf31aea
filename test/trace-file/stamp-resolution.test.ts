import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StampResolutionFinder } from '#src/trace-file/stamp-resolution';

function found(times: readonly number[], cut = 1000): ReturnType<StampResolutionFinder['result']> {
  const finder = new StampResolutionFinder();
  for (let from = 0; from < times.length; from += cut) finder.add(Float64Array.from(times.slice(from, from + cut)));
  return finder.result();
}

it('the coarsest step that divides all times from the first is found, however they are dealt', () => {
  const steps = [3_600_000, 60_000, 1000, 100, 10, 1, 0.1, 0.01, 0.001];
  const multiples = fc.array(fc.nat(100_000), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(
      fc.constantFrom(...steps),
      multiples,
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.integer({ min: 1, max: 70 }),
      (step, counts, firstMs, cut) => {
        // A pair that is one step apart, so that no coarser one divides them.
        const sorted = [0, 1, ...counts].sort((a, b) => a - b);
        const times = sorted.map((count) => firstMs + count * step);
        const result = found(times, cut);
        expect(result?.resolutionMs).toBe(step);
        expect(result?.shared).toBe(times.length - new Set(times).size);
      },
    ),
  );
});

it('says how many arrivals share a stamp, and knows when there is no step', () => {
  expect(found([0, 1000, 1000, 1000, 3000])).toEqual({ resolutionMs: 1000, shared: 2, mostAtOnce: 3 });
  expect(found([0.5, Math.PI, 7])).toBeUndefined();
  expect(found([5, 5, 5])).toBeUndefined();
  expect(found([])).toBeUndefined();
});
