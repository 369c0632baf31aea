import type { PacingClock } from '../clock.js';
import { createWaiters } from './waiters.js';

export interface VirtualClock extends PacingClock {
  /** Runs `work` to its end, jumping from one awaited moment to the next whenever everything waits for the clock. */
  drive<T>(work: Promise<T>): Promise<T>;
}

/** Time that passes only when nobody has anything else to do: under it the whole engine is a discrete-event simulation. */
export function createVirtualClock(): VirtualClock {
  const waiters = createWaiters();
  let nowMs = 0;
  return {
    now: () => nowMs,
    // NaN, from a plugin, has passed too: it has no place in the order.
    until: (dueMs, signal) => (dueMs > nowMs ? waiters.add(dueMs, signal) : Promise.resolve()),
    async pace(step, signal) {
      while (!signal.aborted) {
        const nextMs = step();
        if (nextMs === Infinity) return;
        await (nextMs > nowMs ? waiters.add(nextMs, signal) : Promise.resolve());
      }
    },
    async drive(work) {
      let settled = false as boolean;
      const settle = (): void => {
        settled = true;
      };
      work.then(settle, settle);
      for (;;) {
        await macrotask();
        if (settled) return work;
        const nextMs = waiters.nextMs();
        if (nextMs === Infinity)
          throw new Error('virtual time stands still: something waits for the world, not for the clock');
        nowMs = nextMs;
        waiters.wake(nowMs);
      }
    },
  };
}

/** All microtasks are done once an immediate runs: whoever still waits, waits for the clock. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
