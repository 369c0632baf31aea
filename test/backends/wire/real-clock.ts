import type { Clock } from '#src/clock';

/** Time as these tests need it: real, from when it is made. */
export function realClock(): Clock {
  const originMs = performance.now();
  const now = (): number => performance.now() - originMs;
  return {
    now,
    until: (dueMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - now()))),
    at: (dueMs, callback) => void setTimeout(callback, Math.max(0, dueMs - now())),
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves once `holds` does; rejects after 5 s, so that a test which waits in vain says so. */
export async function eventually(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`never came true: ${holds.toString()}`);
    await pause(2);
  }
}
