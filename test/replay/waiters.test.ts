import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createWaiters, type Waiters } from '#src/replay/waiters';

/** Few distinct moments, so that many are equal. */
const moment = fc.integer({ min: -5, max: 20 });
const moments = fc.array(moment, { maxLength: 60 });

/** Everybody who waits says so in `woken`, once each time they are woken. */
function waitAll(waiters: Waiters, dueMs: readonly number[], signalOf: (i: number) => AbortSignal | undefined) {
  const woken: number[] = [];
  dueMs.forEach((due, i) => {
    void waiters.add(due, signalOf(i)).then(() => woken.push(i));
  });
  return woken;
}

describe('createWaiters', () => {
  test('wakes by (due, order of insertion), never early and never twice', async () => {
    await fc.assert(
      fc.asyncProperty(moments, moments, async (dueMs, looks) => {
        const waiters = createWaiters();
        const woken = waitAll(waiters, dueMs, () => undefined);
        const sorted = dueMs.map((due, i) => ({ due, i })).sort((a, b) => a.due - b.due || a.i - b.i);
        let latestMs = -Infinity;
        for (const nowMs of looks) {
          latestMs = Math.max(latestMs, nowMs);
          waiters.wake(nowMs);
          await Promise.resolve();
          const due = sorted.filter((waiter) => waiter.due <= latestMs);
          expect(woken).toEqual(due.map(({ i }) => i));
          expect(waiters.nextMs()).toBe(sorted[due.length]?.due ?? Infinity);
        }
      }),
    );
  });

  test('keeps the order when waits are added between the looks', async () => {
    const step = fc.record({ add: fc.array(moment, { maxLength: 8 }), nowMs: moment });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const waiters = createWaiters();
        const woken: string[] = [];
        let waiting: { due: number; name: string }[] = [];
        for (const [n, { add, nowMs }] of steps.entries()) {
          for (const [i, due] of add.entries()) {
            const name = `${String(n)}.${String(i)}`;
            waiting.push({ due, name });
            void waiters.add(due, undefined).then(() => woken.push(name));
          }
          waiters.wake(nowMs);
          await Promise.resolve();
          const due = waiting.filter((waiter) => waiter.due <= nowMs).sort((a, b) => a.due - b.due);
          waiting = waiting.filter((waiter) => waiter.due > nowMs);
          expect(woken.splice(0)).toEqual(due.map(({ name }) => name));
        }
      }),
    );
  });

  test('an abort wakes early, exactly once, and only its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(moment, fc.boolean()), { maxLength: 40 }), moment, async (all, nowMs) => {
        const waiters = createWaiters();
        const abort = new AbortController();
        const woken = waitAll(
          waiters,
          all.map(([due]) => due),
          (i) => (all[i]?.[1] === true ? abort.signal : undefined),
        );
        const aborted = all.flatMap(([, isAborted], i) => (isAborted ? [i] : []));
        abort.abort();
        await Promise.resolve();
        expect(woken).toEqual(aborted);
        const left = all.filter(([, isAborted]) => !isAborted).map(([due]) => due);
        expect(waiters.nextMs()).toBe(Math.min(Infinity, ...left));
        waiters.wake(nowMs);
        waiters.wake(Infinity);
        await Promise.resolve();
        expect([...woken].sort((a, b) => a - b)).toEqual(all.map((_, i) => i));
      }),
    );
  });

  test('whose signal was aborted before does not wait', async () => {
    const waiters = createWaiters();
    await waiters.add(Infinity, AbortSignal.abort());
    expect(waiters.nextMs()).toBe(Infinity);
  });

  test('a signal that lives as long as the run collects no listeners', async () => {
    const waiters = createWaiters();
    const { signal } = new AbortController();
    for (let nowMs = 0; nowMs < 300; nowMs++) {
      const waits = [waiters.add(nowMs, signal), waiters.add(nowMs, signal)];
      expect(getEventListeners(signal, 'abort')).toHaveLength(2);
      waiters.wake(nowMs);
      await Promise.all(waits);
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
