import type { PacingClock } from '../clock.js';
import { eachTurn } from './each-turn.js';
import { readingAt } from './reading-at.js';
import { type Alarm, threadAlarm, timerAlarm } from './alarm.js';
import type { UsedPacing } from './choose-senders.js';
import { createBurn } from './create-burn.js';
import { createPacer } from './pacer.js';
import { createWaiters } from './waiters.js';

export interface SystemClock extends PacingClock {
  /** Moves due 0 to this reading of CLOCK_MONOTONIC. Until then 0 is the clock's creation. */
  startAt(monotonicNs: bigint): void;
  /** Keeps due times in this way as soon as what wakes it is there; resolves then. Until then it goes on as before. */
  paceAs(pacing: UsedPacing): Promise<void>;
  /** Lets go of the event loop; there may be no waiter. */
  close(): void;
}

interface PacingLaw {
  /** The last stretch before a due time is spent in turns of the event loop, since what wakes a sleeping loop is late. */
  readonly turningMs: number;
  /** Of each such turn, so much at most is spent computing: turns leave garbage, and answers wait for the next turn. */
  readonly burnMs: number;
  /** The least time between two wakes of the loop; what falls due meanwhile goes out together. */
  readonly leastSleepMs: number;
}

/** What each costs and how late it is: docs/performance-notes.md. */
const LAWS: Readonly<Record<UsedPacing, PacingLaw>> = {
  exact: { turningMs: 3, burnMs: 0.01, leastSleepMs: 0 },
  economic: { turningMs: 0.05, burnMs: 0, leastSleepMs: 1 },
};

/** A loop that did not come round for longer than this was stopped or starved. */
const GAP_MS = 20;
/** One turn reads up to 2 MB from each connection, the end of a connection the next; an answer of HTTP/2 is whole up to 3 turns later. */
const TURNS_TO_READ = 8;

/**
 * The real clock of one thread. `exact` sleeps on the loop's timer and takes turns without sleeping through the last 3 ms
 * before a due time, which costs a CPU and is late by microseconds; `economic` sleeps on a pacing thread almost to the end,
 * at most a thousand times a second.
 */
export function createSystemClock(pacing: UsedPacing): SystemClock {
  const waiters = createWaiters();
  let { turningMs, burnMs, leastSleepMs } = LAWS[pacing];
  let originMs = performance.now();
  /** When somebody was to be woken last: by when he was, a loop that is late once would stay so at 1,000 a second. */
  let wokeMs = -Infinity;

  const now = (): number => performance.now() - originMs;

  const burn = createBurn(now);

  const burnAtMost = (leftMs: number): void => {
    if (leftMs > 0) burn(Math.min(leftMs, burnMs));
  };

  const nextMs = (): number => Math.max(Math.min(pacer.nextMs(), waiters.nextMs()), wokeMs + leastSleepMs);

  /** When the loop looked last: a double in place, since in a variable each would be a new object in every turn. */
  const looked = Float64Array.of(0);

  /** Turns in which nothing is sent yet. */
  let turnsToRead = 0;

  /** After a gap, ends of connections and answers that free others are read before anything is sent. */
  const isReading = (targetMs: number, nowMs: number): boolean => {
    if (nowMs - Math.max(targetMs, looked[0] as number) > GAP_MS) turnsToRead = TURNS_TO_READ;
    looked[0] = nowMs;
    return turnsToRead > 0 && turnsToRead-- > 0;
  };

  const look = (): void => {
    const targetMs = nextMs();
    if (burnMs > 0) burnAtMost(targetMs - now());
    const nowMs = now();
    if (isReading(targetMs, nowMs)) {
      turns.stayAwake(true);
      return;
    }
    const hasSent = pacer.call(nowMs);
    if (waiters.wake(nowMs) || hasSent) wokeMs = targetMs;
    // Not all that is overdue has gone: the rest waits for one turn, no longer.
    if (hasSent && pacer.nextMs() <= now()) wokeMs = -Infinity;
    schedule();
  };

  const turns = eachTurn(look, { always: false });
  const createAlarm = (used: UsedPacing): Alarm => {
    const law = LAWS[used];
    return used === 'exact' ? timerAlarm(look, law.turningMs) : threadAlarm(look, law.turningMs, law.leastSleepMs);
  };
  let alarm = createAlarm(pacing);

  const schedule = (): void => {
    const leftMs = nextMs() - now();
    turns.stayAwake(leftMs <= turningMs);
    if (leftMs > turningMs && leftMs < Infinity) alarm.set(leftMs);
  };

  const pacer = createPacer(schedule);

  const until = (dueMs: number, signal?: AbortSignal): Promise<void> => {
    // NaN, from a plugin, has passed too: it has no place in the order.
    if (!(dueMs > now())) return Promise.resolve();
    const woken = waiters.add(dueMs, signal);
    schedule();
    return woken;
  };

  return {
    now,
    until,
    at(dueMs, callback) {
      void until(dueMs).then(callback);
    },
    pace: (step, signal) => pacer.start(step, signal),
    async readArrived() {
      for (let turn = 0; turn < TURNS_TO_READ; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    startAt(monotonicNs) {
      originMs = performanceAt(monotonicNs);
      looked[0] = now();
      wokeMs = -Infinity;
      schedule();
    },
    async paceAs(other) {
      const next = createAlarm(other);
      await next.ready;
      alarm.close();
      alarm = next;
      ({ turningMs, burnMs, leastSleepMs } = LAWS[other]);
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
