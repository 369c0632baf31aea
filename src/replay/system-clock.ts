import type { PacingClock } from '../clock.js';
import { eachTurn } from '../each-turn.js';
import { readingAt } from '../reading-at.js';
import { threadAlarm, timerAlarm } from './alarm.js';
import { createBurn } from './create-burn.js';
import { createNap } from './nap.js';
import { createPacer } from './pacer.js';
import { createWaiters } from './waiters.js';

export interface SystemClock extends PacingClock {
  /** Moves due 0 to this reading of CLOCK_MONOTONIC. Until then 0 is the clock's creation. */
  startAt(monotonicNs: bigint): void;
  /** Lets go of the event loop; nobody may be waiting. */
  close(): void;
}

/**
 * `exact` sleeps on the loop's timer and takes turns without sleeping through the last 3 ms before a due time, which costs a
 * CPU and is late by microseconds. `economic` sleeps on a pacing thread almost to the end, so that answers wake it, too.
 * `napping` is that, and where more falls due within half a ms it sleeps this out itself and is deaf meanwhile: for clients
 * whose answers come in one read, since each step of a longer exchange would wait for a nap.
 */
export type ClockPacing = 'exact' | 'economic' | 'napping';

interface PacingLaw {
  /** The last stretch before a due time is spent in turns of the event loop, since what wakes a sleeping loop is late. */
  readonly turningMs: number;
  /** Of each such turn, so much at most is spent computing: turns leave garbage, and answers wait for the next turn. */
  readonly burnMs: number;
  /** The loop is not woken again before so long; what falls due meanwhile goes out together. */
  readonly leastSleepMs: number;
  /** That sleep is the thread's own. */
  readonly naps: boolean;
}

/** What each costs and how late it is: docs/ARCHITECTURE.md. */
const LAWS: Readonly<Record<ClockPacing, PacingLaw>> = {
  exact: { turningMs: 3, burnMs: 0.01, leastSleepMs: 0, naps: false },
  economic: { turningMs: 0.05, burnMs: 0, leastSleepMs: 0.5, naps: false },
  napping: { turningMs: 0.05, burnMs: 0, leastSleepMs: 0.5, naps: true },
};

/** The real clock of one thread. */
export function createSystemClock(pacing: ClockPacing): SystemClock {
  const waiters = createWaiters();
  const { turningMs, burnMs, leastSleepMs, naps } = LAWS[pacing];
  /** So close to a moment the loop takes turns instead of sleeping. */
  const awakeMs = naps ? leastSleepMs : turningMs;
  let originMs = performance.now();
  /** When somebody was woken last. */
  let wokeMs = -Infinity;

  const now = (): number => performance.now() - originMs;

  const burn = createBurn(now);
  const nap = createNap();

  const nextMs = (): number => Math.max(Math.min(pacer.nextMs(), waiters.nextMs()), wokeMs + leastSleepMs);

  /** What is left of this turn's stretch. */
  const pass = (leftMs: number): void => {
    if (leftMs <= 0) return;
    if (burnMs > 0) burn(Math.min(leftMs, burnMs));
    else if (naps && leftMs <= awakeMs) nap(leftMs);
  };

  const look = (): void => {
    pass(nextMs() - now());
    const nowMs = now();
    const hasSent = pacer.call(nowMs);
    if (waiters.wake(nowMs) || hasSent) wokeMs = nowMs;
    // Not all that is overdue has gone: the rest waits for one turn, no longer.
    if (hasSent && pacer.nextMs() <= now()) wokeMs = -Infinity;
    schedule();
  };

  const turns = eachTurn(look, { always: false });
  const alarm = (pacing === 'exact' ? timerAlarm : threadAlarm)(look, turningMs);

  const schedule = (): void => {
    const leftMs = nextMs() - now();
    turns.stayAwake(leftMs <= awakeMs);
    if (leftMs > awakeMs && leftMs < Infinity) alarm.set(leftMs);
  };

  const pacer = createPacer(schedule);

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
    pace: (step, signal) => pacer.start(step, signal),
    startAt(monotonicNs) {
      originMs = performanceAt(monotonicNs);
      wokeMs = -Infinity;
      schedule();
    },
    close() {
      turns.stop();
      alarm.close();
    },
  };
}

/** What `performance.now()` of this thread reads at a moment of CLOCK_MONOTONIC, to well under 1 us. */
function performanceAt(monotonicNs: bigint): number {
  return readingAt(
    () => performance.now(),
    () => Number(process.hrtime.bigint() - monotonicNs) / 1e6,
    READINGS,
  );
}

const READINGS = 50;
