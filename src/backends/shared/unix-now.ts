const ORIGIN_MS = Date.now() - performance.now();

/**
 * Unix time in ms for what expires. A wall clock that is set back does not set it back, or credentials would live for too long; it
 * follows one that goes on, as after a sleep of the machine.
 */
export function unixNow(): number {
  return Math.max(Date.now(), ORIGIN_MS + performance.now());
}
