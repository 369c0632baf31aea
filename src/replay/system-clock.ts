import type { Clock } from '../clock.js';
import { createWaiters } from './waiters.js';

export interface SystemClock extends Clock {
  /** Moves due 0 to this reading of CLOCK_MONOTONIC. Until then 0 is the clock's creation. */
  startAt(monotonicNs: bigint): void;
  /** Lets go of the event loop; nobody may be waiting. */
  close(): void;
}

/** The last stretch before a due time is spent in turns of the event loop: a timer wakes up to 2 ms late. */
const SPIN_MS = 3;

/**
 * The real clock of one thread. `exact` takes turns of the event loop without sleeping through the last 3 ms before a due
 * time, which costs a CPU and is late by microseconds; `economic` sleeps on plain timers.
 */
export function createSystemClock(pacing: 'exact' | 'economic'): SystemClock {
  const waiters = createWaiters();
  let originMs = performance.now();
  let scheduledMs = Infinity;
  let timer: NodeJS.Timeout | undefined;

  const now = (): number => performance.now() - originMs;

  const look = (): void => {
    scheduledMs = Infinity;
    timer = undefined;
    waiters.wake(now());
    schedule();
  };

  const schedule = (): void => {
    const nextMs = waiters.nextMs();
    if (nextMs === Infinity || nextMs >= scheduledMs) return;
    if (timer !== undefined) clearTimeout(timer);
    const gapMs = nextMs - now();
    if (pacing === 'exact' && gapMs <= SPIN_MS) {
      scheduledMs = -Infinity;
      setImmediate(look);
      return;
    }
    scheduledMs = nextMs;
    timer = setTimeout(look, Math.max(1, pacing === 'exact' ? Math.floor(gapMs - SPIN_MS) : Math.ceil(gapMs)));
  };

  return {
    now,
    until(dueMs, signal) {
      if (dueMs <= now()) return Promise.resolve();
      const woken = waiters.add(dueMs, signal);
      schedule();
      return woken;
    },
    turn: () =>
      new Promise((resolve) => {
        setImmediate(resolve);
      }),
    startAt(monotonicNs) {
      originMs = performanceAt(monotonicNs);
      if (timer !== undefined) clearTimeout(timer);
      scheduledMs = Infinity;
      schedule();
    },
    close() {
      if (timer !== undefined) clearTimeout(timer);
    },
  };
}

/**
 * What `performance.now()` of this thread reads at a moment of CLOCK_MONOTONIC. Both count the same clock from different
 * origins; the tightest of several paired readings gives the difference to well under 1 us.
 */
function performanceAt(monotonicNs: bigint): number {
  let tightestMs = Infinity;
  let reading = 0;
  for (let i = 0; i < 50; i++) {
    const before = performance.now();
    const monotonic = process.hrtime.bigint();
    const after = performance.now();
    if (after - before < tightestMs) {
      tightestMs = after - before;
      reading = (before + after) / 2 + Number(monotonicNs - monotonic) / 1e6;
    }
  }
  return reading;
}
