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
  let { burnMs, leastSleepMs } = LAWS[pacing];
  let originMs = performance.now();
  /** When the last wake was due. The wake itself may be late, and a loop that is late once would stay late at 1,000 a second. */
  let wokeMs = -Infinity;
  const now = (): number => performance.now() - originMs;
  const burn = createBurn(now);
  const gaps = createGapWatch();
  const nextMs = (): number => Math.max(Math.min(pacer.nextMs(), waiters.nextMs()), wokeMs + leastSleepMs);

  const look = (): void => {
    const targetMs = nextMs();
    if (burnMs > 0) burnAtMost(burn, targetMs - now(), burnMs);
    const nowMs = now();
    if (gaps.isReading(targetMs, nowMs)) {
      comingRound.atOnce();
      return;
    }
    const hasSent = pacer.call(nowMs);
    if (waiters.wake(nowMs) || hasSent) wokeMs = targetMs;
    // Not all that is overdue has gone: the rest waits for one turn, no longer.
    if (hasSent && pacer.nextMs() <= now()) wokeMs = -Infinity;
    schedule();
  };
  const comingRound = createComingRound(look, pacing);
  const schedule = (): void => {
    comingRound.within(nextMs() - now());
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
    at: (dueMs, callback) => void until(dueMs).then(callback),
    pace: (step, signal) => pacer.start(step, signal),
    readArrived,
    startAt(monotonicNs) {
      originMs = performanceAt(monotonicNs);
      gaps.lookedAt(now());
      wokeMs = -Infinity;
      schedule();
    },
    async paceAs(other) {
      await comingRound.paceAs(other);
      ({ burnMs, leastSleepMs } = LAWS[other]);
      schedule();
    },
    close: comingRound.close,
  };
}

function burnAtMost(burn: (ms: number) => void, leftMs: number, mostMs: number): void {
  if (leftMs > 0) burn(Math.min(leftMs, mostMs));
}

async function readArrived(): Promise<void> {
  for (let turn = 0; turn < TURNS_TO_READ; turn++) await new Promise((resolve) => setImmediate(resolve));
}

interface GapWatch {
  /** Whether this look, at `nowMs` for what is due at `targetMs`, sends nothing yet. */
  isReading(targetMs: number, nowMs: number): boolean;
  lookedAt(nowMs: number): void;
}

/** After a gap, ends of connections and answers that free others are read before anything is sent. */
function createGapWatch(): GapWatch {
  /** When the loop looked last: a double in place, since in a variable each would be a new object in every turn. */
  const looked = Float64Array.of(0);
  /** Turns in which nothing is sent yet. */
  let turnsToRead = 0;
  return {
    isReading(targetMs, nowMs) {
      if (nowMs - Math.max(targetMs, looked[0] as number) > GAP_MS) turnsToRead = TURNS_TO_READ;
      looked[0] = nowMs;
      return turnsToRead > 0 && turnsToRead-- > 0;
    },
    lookedAt(nowMs) {
      looked[0] = nowMs;
    },
  };
}

/** What brings the event loop back to a look: its next turn, or an alarm before the last stretch. */
interface ComingRound {
  atOnce(): void;
  /** The next due time is this far away; Infinity: there is none. */
  within(leftMs: number): void;
  /** Resolves when the alarm of this pacing has taken over. */
  paceAs(pacing: UsedPacing): Promise<void>;
  readonly close: () => void;
}

function createComingRound(look: () => void, pacing: UsedPacing): ComingRound {
  const turns = eachTurn(look, { always: false });
  let alarm = createAlarm(look, pacing);
  let { turningMs } = LAWS[pacing];
  return {
    atOnce() {
      turns.stayAwake(true);
    },
    within(leftMs) {
      turns.stayAwake(leftMs <= turningMs);
      if (leftMs > turningMs && leftMs < Infinity) alarm.set(leftMs);
    },
    async paceAs(other) {
      const next = createAlarm(look, other);
      await next.ready;
      alarm.close();
      alarm = next;
      ({ turningMs } = LAWS[other]);
    },
    close: () => {
      turns.stop();
      alarm.close();
    },
  };
}

function createAlarm(look: () => void, pacing: UsedPacing): Alarm {
  const { turningMs, leastSleepMs } = LAWS[pacing];
  return pacing === 'exact' ? timerAlarm(look, turningMs) : threadAlarm(look, turningMs, leastSleepMs);
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
