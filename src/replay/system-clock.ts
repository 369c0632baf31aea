import type { Clock } from '../clock.js';
import { threadAlarm, timerAlarm } from './alarm.js';
import { createWaiters } from './waiters.js';

export interface SystemClock extends Clock {
  /** Moves due 0 to this reading of CLOCK_MONOTONIC. Until then 0 is the clock's creation. */
  startAt(monotonicNs: bigint): void;
  /** Lets go of the event loop; nobody may be waiting. */
  close(): void;
}

/**
 * The last stretch before a due time is spent in turns of the event loop: what wakes the loop is late by up to 2 ms where it
 * is a timer, by about 0.1 ms where it is a pacing thread.
 */
const TURNING_MS = { exact: 3, economic: 0.1 } as const;

/**
 * The real clock of one thread. `exact` sleeps on the loop's timer and takes turns without sleeping through the last 3 ms
 * before a due time, which costs a CPU and is late by microseconds; `economic` sleeps on a pacing thread almost to the end.
 */
export function createSystemClock(pacing: 'exact' | 'economic'): SystemClock {
  const waiters = createWaiters();
  const turningMs = TURNING_MS[pacing];
  let originMs = performance.now();
  /** The moment the loop will look next; -Infinity: in its next turn. */
  let lookMs = Infinity;

  const now = (): number => performance.now() - originMs;

  const look = (): void => {
    lookMs = Infinity;
    waiters.wake(now());
    schedule();
  };

  const alarm = pacing === 'exact' ? timerAlarm(look) : threadAlarm(look);

  const schedule = (): void => {
    const nextMs = waiters.nextMs();
    if (nextMs === Infinity || nextMs >= lookMs) return;
    const sleepMs = nextMs - now() - turningMs;
    lookMs = sleepMs > 0 ? nextMs : -Infinity;
    if (sleepMs > 0) alarm.set(sleepMs);
    else setImmediate(look);
  };

  return {
    now,
    until(dueMs, signal) {
      // NaN, from a plugin, has passed too: it has no place in the order.
      if (!(dueMs > now())) return Promise.resolve();
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
      lookMs = Infinity;
      schedule();
    },
    close() {
      alarm.close();
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
