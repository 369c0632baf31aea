import type { Clock, PacingClock } from '../clock.js';
import { createWaiters, type Tally } from './waiters.js';

export interface VirtualClock extends PacingClock {
  /** The same time for a backend, whose waits are kept apart from the engine's own. */
  readonly ofBackend: Clock;
  /** How many waits of the backend are pending. */
  backendWaits(): number;
  /**
   * Whether the code that runs now was started by this clock. False for what a timer, a socket or another thread started: the
   * clock knows nothing of the time that has passed there.
   */
  drives(): boolean;
  /**
   * Runs `work` to its end, jumping from one awaited moment to the next whenever everything waits for the clock.
   * `beforeJump` is called before time moves; what it throws ends the drive.
   */
  drive<T>(work: Promise<T>, beforeJump?: () => void): Promise<T>;
}

/** Time that passes only when nothing else can run: under it the whole engine is a discrete-event simulation. */
export function createVirtualClock(): VirtualClock {
  const waiters = createWaiters();
  const ofBackend: Tally = { waiting: 0 };
  let nowMs = 0;
  let driving = true;
  const stopDriving = (): void => {
    driving = false;
  };
  const now = (): number => nowMs;
  // NaN, from a plugin, has passed too: it has no place in the order.
  const until = (dueMs: number, signal?: AbortSignal, tally?: Tally): Promise<void> =>
    dueMs > nowMs ? waiters.add(dueMs, signal, tally) : Promise.resolve();
  return {
    now,
    until: (dueMs, signal) => until(dueMs, signal),
    ofBackend: { now, until: (dueMs, signal) => until(dueMs, signal, ofBackend) },
    backendWaits: () => ofBackend.waiting,
    drives: () => driving,
    async pace(step, signal) {
      while (!signal.aborted) {
        const nextMs = step();
        if (nextMs === Infinity) return;
        await (nextMs > nowMs ? waiters.add(nextMs, signal) : Promise.resolve());
      }
    },
    // Nothing arrives between two moments.
    readArrived: () => Promise.resolve(),
    async drive(work, beforeJump) {
      let settled = false as boolean;
      const settle = (): void => {
        settled = true;
      };
      work.then(settle, settle);
      for (;;) {
        // All microtasks are done once an immediate runs: what is still pending waits for the clock, or for the world.
        const macrotask = new Promise<void>((resolve) => setImmediate(resolve));
        // Runs after the microtasks of the first, and before timers and sockets.
        setImmediate(stopDriving);
        await macrotask;
        driving = true;
        if (settled) return work;
        beforeJump?.();
        const nextMs = waiters.nextMs();
        if (nextMs === Infinity)
          throw new Error('virtual time stands still: something waits for the world, not for the clock');
        nowMs = nextMs;
        waiters.wake(nowMs);
      }
    },
  };
}
