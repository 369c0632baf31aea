import type { PacingClock } from '../clock.js';
import { OpenCalls, type OpenRun } from './open-calls.js';
import type { Schedule } from './schedule.js';

export interface ShardRun extends OpenRun {
  readonly clock: PacingClock;
  readonly schedule: Iterable<Schedule>;
  /** Aborted: nothing more is sent, what is open becomes `aborted`. */
  readonly stop: AbortSignal;
  /** Aborted, at the latest with `stop`: nothing more is sent, what is open goes on. Absent: `stop` alone ends the sending. */
  readonly hold?: AbortSignal;
}

/** After this many sends without a pause the loop takes a turn, so that an overdue sender still hears its answers. */
const SENDS_PER_TURN = 64;

/**
 * THE loop: hands each request over at its due time (a batch at its release), never before, and never waits for an
 * answer. Resolves when every request handed over has been recorded, soon after `timeoutMs` behind the last at the latest.
 */
export async function replayShard(run: ShardRun): Promise<void> {
  const open = new OpenCalls(run);
  const over = new AbortController();
  const reaper = reapTimeouts(run, open, over.signal);
  const abortOpen = (): void => {
    void run.clock.readArrived().then(() => {
      open.abortAll();
    });
  };
  run.stop.addEventListener('abort', abortOpen, { once: true });
  const { schedule, clock, stop, hold = stop } = run;
  await clock.pace(sender(schedule, clock, hold, open), hold);
  await open.drained();
  run.stop.removeEventListener('abort', abortOpen);
  over.abort();
  await reaper;
}

/** Sends what is due, at most so much in one turn; returns when the next is due, Infinity when there is none or no more are to be sent. */
function sender(schedule: Iterable<Schedule>, clock: PacingClock, hold: AbortSignal, open: OpenCalls): () => number {
  const chunks = schedule[Symbol.iterator]();
  let chunk: Schedule | undefined;
  let row = 0;
  const releaseMs = (): number => {
    while (chunk === undefined || row >= chunk.rows) {
      const next = chunks.next();
      if (next.done === true) return Infinity;
      [chunk, row] = [next.value, 0];
    }
    return (chunk.releaseMs ?? chunk.dueMs)[row] as number;
  };
  return () => {
    let nextMs = releaseMs();
    let nowMs = clock.now();
    // What falls due meanwhile waits for the next turn: this thread may have been stopped between two sends.
    const beganMs = nowMs;
    for (let sends = 0; sends < SENDS_PER_TURN && nextMs <= beganMs; sends++) {
      row = open.send(chunk as Schedule, row, nowMs);
      nowMs = clock.now();
      // What is called may end the sending.
      nextMs = hold.aborted ? Infinity : releaseMs();
    }
    return nextMs;
  };
}

/**
 * All calls have the same timeout, so the oldest open call is the next to time out: one waiter serves all. Answers that
 * arrived while this thread was stopped or busy are read before a call times out.
 */
async function reapTimeouts({ clock, timeoutMs }: ShardRun, open: OpenCalls, over: AbortSignal): Promise<void> {
  do {
    // Once it is over nothing is open, and nothing expires.
    const nowMs = clock.now();
    if (open.oldestHandedMs(nowMs) + timeoutMs <= nowMs) {
      await clock.readArrived();
      open.expire(nowMs);
    }
    await clock.until(open.oldestHandedMs(clock.now()) + timeoutMs, over);
  } while (!over.aborted);
}
