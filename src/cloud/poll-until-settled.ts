import type { Clock } from '../clock.js';
import type { ClientCount, CloudReading, ReadingEnd } from '../cloud-record.js';

export interface Poll {
  readonly read: () => Promise<CloudReading>;
  readonly expected: ClientCount;
  /** Meters are given this long to catch up. */
  readonly waitMs: number;
  /** The run is long enough over that everything has arrived. */
  readonly isOld: boolean;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

export interface Settled {
  readonly reading: CloudReading;
  readonly times: number;
  readonly waitedMs: number;
  readonly ended: ReadingEnd;
}

const EVERY_MS = { least: 100, most: 15_000 };
/** Of the wait, this long without growth is the end. */
const QUIET_PART = 4;

/**
 * Reads again and again until every count is the client's, or stopped growing for a quarter of the wait, or the wait is
 * over. A later reading that fails where an earlier one did not is not kept.
 */
export async function pollUntilSettled(poll: Poll): Promise<Settled> {
  const { read, waitMs, clock, stop } = poll;
  const startMs = clock.now();
  const everyMs = Math.min(EVERY_MS.most, Math.max(EVERY_MS.least, waitMs / 20));
  let reading = await read();
  let grewMs = startMs;
  for (let times = 1; ; times++) {
    const nowMs = clock.now();
    const ended = endOf(poll, reading, nowMs - startMs, nowMs - grewMs);
    if (ended !== undefined) return { reading, times, waitedMs: nowMs - startMs, ended };
    await clock.until(Math.min(nowMs + everyMs, startMs + waitMs), stop);
    const next = await read();
    if (failures(next) > failures(reading)) continue;
    if (String(countsOf(next)) !== String(countsOf(reading))) grewMs = clock.now();
    reading = next;
  }
}

function endOf(
  { expected, waitMs, isOld, stop }: Poll,
  reading: CloudReading,
  waitedMs: number,
  quietMs: number,
): ReadingEnd | undefined {
  const counts = countsOf(reading);
  if (counts.length === 0 && failures(reading) > 0) return 'failed';
  if (counts.length > 0 && counts.every((count) => isWhole(count, expected))) return 'matched';
  if (isOld) return 'old';
  if (stop.aborted) return 'stopped';
  if (counts.every((count) => count > 0) && quietMs >= waitMs / QUIET_PART) return 'steady';
  return waitedMs >= waitMs ? 'time-over' : undefined;
}

/** With requests that may or may not have been counted, only the most that can come is the end. */
function isWhole(count: number, { sure, perhaps }: ClientCount): boolean {
  return count === sure + perhaps;
}

function failures({ missing }: CloudReading): number {
  return missing.filter(({ failed }) => failed).length;
}

/** Invocations by each way of counting that could be read; 0 where nothing has arrived. */
function countsOf({ series, logged, missing }: CloudReading): readonly number[] {
  const metered = series.filter(({ meter, statistic }) => meter === 'invocations' && statistic === 'sum');
  const sum = metered.flatMap(({ points }) => points).reduce((total, [, value]) => total + value, 0);
  const isRead = metered.length > 0 || !missing.some(({ failed }) => failed);
  return [...(isRead ? [sum] : []), ...(logged === null ? [] : [logged.durationMs.length])];
}
