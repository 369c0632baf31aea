import { performance } from 'node:perf_hooks';

/** Knows, per thread, since when what the event loop reads just now can have lain there. */
export interface LoopTurn {
  /**
   * In a read callback: the earliest moment (ms on the clock given) at which the bytes of this callback can have
   * arrived. It is never too late by more than the kernel took to wake a sleeping thread.
   */
  earliestMs(): number;
  stop(): void;
}

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
 * The stamps come from an immediate that is unreferenced: it runs in every turn's `check` phase, which is after the poll,
 * yet lets the loop sleep. An answer costs two clock readings, a turn one small callback.
 */
export function watchLoopTurns(now: () => number): LoopTurn {
  const { nodeTiming } = performance;
  let stampMs = now();
  let idleMs = nodeTiming.idleTime;
  let pollReturnedMs = stampMs;
  const check = (): void => {
    const idleNowMs = nodeTiming.idleTime;
    pollReturnedMs = stampMs + (idleNowMs - idleMs);
    idleMs = idleNowMs;
    stampMs = now();
    pending = setImmediate(check).unref();
  };
  let pending = setImmediate(check).unref();
  return {
    earliestMs() {
      const sleptMs = nodeTiming.idleTime - idleMs;
      const wokeMs = stampMs + sleptMs;
      return sleptMs > 0 ? wokeMs : pollReturnedMs;
    },
    stop() {
      clearImmediate(pending);
    },
  };
}
