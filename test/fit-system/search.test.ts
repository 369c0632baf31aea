import fc from 'fast-check';
import { expect, it } from 'vitest';
import { search } from '#src/fit-system/search';
import { windowsOf } from '#src/fit-system/statistics';

it('finds the bottom of a valley, also where two numbers trade off', () => {
  const positive = fc.double({ min: 0.01, max: 100, noNaN: true });
  fc.assert(
    fc.property(positive, positive, fc.double({ min: -0.8, max: 0.8, noNaN: true }), (a, b, slant) => {
      const cost = ([x = 0, y = 0]: readonly number[]): number => {
        const [u, v] = [Math.log(x / a), Math.log(y / b)];
        return u * u + v * v + 2 * slant * u * v;
      };
      const axis = { start: 1, low: 0.001, high: 1000 };
      const { at } = search([axis, axis], cost, 5000);
      expect(Math.abs(Math.log((at[0] as number) / a))).toBeLessThan(0.1);
      expect(Math.abs(Math.log((at[1] as number) / b))).toBeLessThan(0.1);
    }),
  );
});

it('stays within bounds and within its number of tries', () => {
  let tries = 0;
  const cost = ([x = 0]: readonly number[]): number => {
    tries++;
    return -x;
  };
  expect(search([{ start: 5, low: 2, high: 9 }], cost, 1000).at).toEqual([9]);
  tries = 0;
  search([{ start: 5, low: 1e-9, high: 1e9 }], cost, 7);
  expect(tries).toBeLessThanOrEqual(7);
});

it('windows are all calls, each once, and a quarter of them is held back', () => {
  const gaps = fc.array(fc.double({ min: 0, max: 5000, noNaN: true }), { minLength: 30, maxLength: 400 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 29 }), (steps, cut) => {
      let ms = 0;
      const atMs = Float64Array.from(steps, (step) => (ms += step));
      const count = atMs.length;
      const column = new Float64Array(count);
      const word = new Uint8Array(count);
      const calls = { count, atMs, latencyMs: column, outcome: word, cold: word, toldMs: column, startMs: column, billedMs: column }; // prettier-ignore
      const segments = [{ run: 'a', from: 0, to: cut }, { run: 'b', from: cut, to: count }]; // prettier-ignore
      const windows = windowsOf([{ calls, segments, timeoutMs: 1000, warm: 0 }]);
      let next = 0;
      for (const { from, to } of windows) {
        expect(from).toBe(next);
        expect(to).toBeGreaterThan(from);
        next = to;
      }
      expect(next).toBe(count);
      expect(windows.filter(({ isHeldBack }) => isHeldBack)).toHaveLength(Math.floor(windows.length / 4));
    }),
  );
});
