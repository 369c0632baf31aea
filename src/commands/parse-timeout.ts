import { parseDurationMs } from '../text/quantities.js';

/** Latencies are counted up to here. */
const MOST_MS = 2 * 3_600_000;

/** How long a call may take, ms. */
export function parseTimeoutMs(text: string): number {
  const timeoutMs = parseDurationMs(text);
  if (!(timeoutMs > 0 && timeoutMs <= MOST_MS)) throw new Error('give more than 0 and at most 2h');
  return timeoutMs;
}
