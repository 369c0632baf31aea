import { performance } from 'node:perf_hooks';
import { eachTurn } from '../../time/each-turn.js';

/** Knows, per thread, since when what the event loop reads just now can have lain there. */
export interface LoopTurn {
  /**
   * In a read callback: the earliest moment (ms on the clock given) at which the bytes of this callback can have
   * arrived. It is never too late by more than the kernel took to wake a sleeping thread.
   */
  earliestMs(): number;
  stop(): void;
}

const [STAMP, IDLE, POLL_RETURNED, SLEPT] = [0, 1, 2, 3];

/**
 * What a poll returns arrived after the poll before it returned, for else that one would have returned it. So the lower
 * bound is when the previous poll returned, and that is bounded from below without a look inside the loop:
 *
 *   turn n-1:  ... S(n-2) | poll n-1 (sleeps D(n-1)) returns | callbacks | S(n-1) ...        S: stamps, taken in `check`
 *   turn n:    ... S(n-1) | poll n   (sleeps D(n))   returns | callbacks  <- we are here
 *
 *   poll n did not sleep:  earliest = S(n-2) + D(n-1)  <=  return of poll n-1
 *   poll n slept:          earliest = S(n-1) + D(n): it looked first, found nothing, and woke for what it returned
 *
 * The stamps are taken in every turn's `check` phase, which is after the poll. An answer costs two clock readings, a turn
 * one small callback.
 */
export function watchLoopTurns(now: () => number): LoopTurn {
  const { nodeTiming } = performance;
  // Doubles in place: in variables of a closure each would be a new object in every turn.
  const times = Float64Array.of(now(), nodeTiming.idleTime, now(), NaN);
  const turns = eachTurn(
    () => {
      const idleNowMs = nodeTiming.idleTime;
      times[POLL_RETURNED] = (times[STAMP] as number) + (idleNowMs - (times[IDLE] as number));
      times[IDLE] = idleNowMs;
      times[STAMP] = now();
      times[SLEPT] = NaN;
    },
    { always: true },
  );
  return {
    earliestMs() {
      // Read once for all answers of a poll.
      if (Number.isNaN(times[SLEPT])) times[SLEPT] = nodeTiming.idleTime - (times[IDLE] as number);
      const sleptMs = times[SLEPT] as number;
      return sleptMs > 0 ? (times[STAMP] as number) + sleptMs : (times[POLL_RETURNED] as number);
    },
    stop() {
      turns.stop();
    },
  };
}
