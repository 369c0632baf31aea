/**
 * Time as an argument. Milliseconds since due time 0 of the run (negative before it), monotonic.
 * Only the implementations in `replay/` read a real clock; everything else is given one.
 */
export interface Clock {
  /** The present moment, ms. Never runs backwards; resolution better than 1 us on the system clock. */
  now(): number;
  /**
   * Resolves as soon as possible at or after `dueMs`, never before it; at once when it has passed.
   * An aborted `signal` makes it resolve early (it never rejects): the caller looks at the signal.
   */
  until(dueMs: number, signal?: AbortSignal): Promise<void>;
  /** The same with a function in place of the promise: it is called later, never within this call. */
  at(dueMs: number, callback: () => void): void;
}

/** A clock that keeps a schedule, too. One in each thread that sends. */
export interface PacingClock extends Clock {
  /**
   * Calls `step` at once, and again as soon as possible at or after the moment it returned, never before it: a sender that
   * sends what is due and returns the next due time. One that returns a moment that has passed is called again after a
   * turn of the event loop. Resolves when it returns Infinity or `signal` is aborted; rejects with what it throws.
   */
  pace(step: () => number, signal: AbortSignal): Promise<void>;
  /**
   * Resolves when everything that had arrived in this thread at the moment of the call was read and has settled its call: a
   * deadline that has passed is judged after that, since the thread itself may have been stopped.
   */
  readArrived(): Promise<void>;
}
