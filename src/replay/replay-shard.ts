import type { Clock } from '../clock.js';
import { OpenCalls, type OpenRun } from './open-calls.js';
import type { Schedule } from './schedule.js';

export interface ShardRun extends OpenRun {
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
 * answer. Resolves when every request handed over has been recorded, at the latest `timeoutMs` after the last.
 */
export async function replayShard(run: ShardRun): Promise<void> {
  const open = new OpenCalls(run);
  const over = new AbortController();
  const reaper = reapTimeouts(run, open, over.signal);
  const abortOpen = (): void => {
    open.abortAll();
  };
  run.stop.addEventListener('abort', abortOpen, { once: true });
  const { schedule, clock, stop, hold = stop } = run;
  await sendAll(schedule, clock, hold, open);
  await open.drained();
  run.stop.removeEventListener('abort', abortOpen);
  over.abort();
  await reaper;
}

async function sendAll(schedule: Iterable<Schedule>, clock: Clock, hold: AbortSignal, open: OpenCalls): Promise<void> {
  let sendsInTurn = 0;
  for (const chunk of schedule) {
    const { rows, dueMs, releaseMs = dueMs } = chunk;
    for (let row = 0; row < rows;) {
      const release = releaseMs[row] as number;
      if (release > clock.now()) {
        await clock.until(release, hold);
        sendsInTurn = 0;
      } else if (sendsInTurn >= SENDS_PER_TURN) {
        await clock.turn();
        sendsInTurn = 0;
      }
      if (hold.aborted) return;
      sendsInTurn++;
      row = open.send(chunk, row);
    }
  }
}

/** All calls have the same timeout, so the oldest open call is the next to time out: one waiter serves all. */
async function reapTimeouts({ clock, timeoutMs }: ShardRun, open: OpenCalls, over: AbortSignal): Promise<void> {
  do {
    // Once it is over nothing is open, and nothing expires.
    open.expire(clock.now());
    await clock.until(open.oldestHandedMs(clock.now()) + timeoutMs, over);
  } while (!over.aborted);
}
