import { afterEach, describe, expect, it } from 'vitest';
import { createSystemClock, type SystemClock } from '#src/time/system-clock';

const HOUR_NS = 3_600_000_000_000n;
const clocks: SystemClock[] = [];

function clockOf(pacing: 'exact' | 'economic'): SystemClock {
  const clock = createSystemClock(pacing);
  clocks.push(clock);
  return clock;
}

/** What CLOCK_MONOTONIC itself says, ms since a moment. */
function sinceMs(startNs: bigint): number {
  return Number(process.hrtime.bigint() - startNs) / 1e6;
}

afterEach(() => {
  for (const clock of clocks.splice(0)) clock.close();
});

describe.each(['exact', 'economic'] as const)('%s', (pacing) => {
  it.each([0n, HOUR_NS, 24n * HOUR_NS])('%d ns in, it is CLOCK_MONOTONIC and wakes no one early', async (ageNs) => {
    const clock = clockOf(pacing);
    const startNs = process.hrtime.bigint() - ageNs;
    clock.startAt(startNs);
    const firstMs = clock.now();
    for (let i = 0; i < 200; i++) {
      const before = sinceMs(startNs);
      const read = clock.now();
      const after = sinceMs(startNs);
      // Both are read from one clock by two paths; what they differ by stays the same however long it runs.
      expect(read).toBeGreaterThan(before - 0.01);
      expect(read).toBeLessThan(after + 0.01);
      const dueMs = firstMs + i * 0.7;
      await clock.until(dueMs);
      expect(clock.now()).toBeGreaterThanOrEqual(dueMs);
    }
  });

  it('after a stall, all that is overdue is woken at once, in its order', async () => {
    const clock = clockOf(pacing);
    clock.startAt(process.hrtime.bigint());
    const woken: number[] = [];
    const waiting = [3, 1, 2].map((i) => clock.until(5 + i).then(() => woken.push(i)));
    const stalledMs = clock.now() + 40;
    while (clock.now() < stalledMs);
    const turns = nextTurn().then(nextTurn);
    await Promise.all(waiting);
    expect(woken).toEqual([1, 2, 3]);
    await turns;
    expect(clock.now()).toBeGreaterThanOrEqual(stalledMs);
  });

  it('an aborted signal wakes anyone who waits under it, and no other', async () => {
    const clock = clockOf(pacing);
    clock.startAt(process.hrtime.bigint());
    const stop = new AbortController();
    const long = clock.until(60_000, stop.signal);
    const short = clock.until(30);
    setTimeout(() => {
      stop.abort();
    }, 5);
    await long;
    expect(clock.now()).toBeLessThan(30_000);
    await short;
    expect(clock.now()).toBeGreaterThanOrEqual(30);
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
