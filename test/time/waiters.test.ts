import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createWaiters } from '#src/time/waiters';

const dues = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 100 });

it('wakes by due time, and in the order of asking among equals', async () => {
  await fc.assert(
    fc.asyncProperty(dues, dues, async (first, later) => {
      const waiters = createWaiters();
      const woken: [due: number, order: number][] = [];
      const add = (due: number, order: number): void => {
        void waiters.add(due, undefined).then(() => woken.push([due, order]));
      };
      first.forEach(add);
      const inOrder = (all: readonly (readonly [number, number])[]) =>
        all.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
      const asked = first.map((due, order) => [due, order] as const);
      expect(waiters.nextMs()).toBe(Math.min(Infinity, ...first));
      expect(waiters.wake(25)).toBe(first.some((due) => due <= 25));
      await Promise.resolve();
      expect(woken).toEqual(inOrder(asked.filter(([due]) => due <= 25)));
      woken.length = 0;
      const rest = [...asked.filter(([due]) => due > 25), ...later.map((due, i) => [due, first.length + i] as const)];
      later.forEach((due, i) => {
        add(due, first.length + i);
      });
      waiters.wake(50);
      await Promise.resolve();
      expect(woken).toEqual(inOrder(rest));
      expect(waiters.nextMs()).toBe(Infinity);
    }),
  );
});

it('an abort wakes those who wait under its signal, at once, and leaves the others in order', async () => {
  await fc.assert(
    fc.asyncProperty(dues, dues, async (under, others) => {
      const waiters = createWaiters();
      const stop = new AbortController();
      const [aborted, woken]: [number[], number[]] = [[], []];
      for (const due of under) void waiters.add(due, stop.signal).then(() => aborted.push(due));
      for (const due of others) void waiters.add(due, undefined).then(() => woken.push(due));
      stop.abort();
      await Promise.resolve();
      expect(aborted).toHaveLength(under.length);
      waiters.wake(50);
      await Promise.resolve();
      expect(woken).toEqual(others.toSorted((a, b) => a - b));
      await waiters.add(1e9, stop.signal); // aborted already: resolves at once
    }),
  );
});

it('a signal that lives as long as the run keeps one listener, however many wait under it', async () => {
  const waiters = createWaiters();
  const { signal } = new AbortController();
  for (let i = 0; i < 1000; i++) {
    const woken = waiters.add(i, signal);
    waiters.wake(i);
    await woken;
  }
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
});
