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
  /** One turn of the event loop: resolves after what has arrived meanwhile was read. Keeps an overdue sender from going deaf. */
  turn(): Promise<void>;
}
