import type { Clock, PacingClock } from '../clock.js';
import { createWaiters, type Tally, type Waiter } from './waiters.js';

export interface VirtualClock extends PacingClock {
  /** The same time for a backend, whose waits are kept apart from the engine's own. */
  readonly ofBackend: Clock;
  /** How many waits of the backend are pending. */
  backendWaits(): number;
  /**
   * Whether the code that runs now was started by this clock. False for what a timer, a socket or another thread started: the
   * clock knows nothing of the time that has passed there. Under `byCallback` also false for what a promise started.
   */
  drives(): boolean;
  /** Runs `work` to its end, jumping from one awaited moment to the next whenever everything waits for the clock. */
  drive<T>(work: Promise<T>, watch?: DriveWatch): Promise<T>;
}

/** What is asked while time is driven. */
export interface DriveWatch {
  /** Called before time moves, and once the work is done; what it throws ends the drive. */
  readonly beforeJump?: () => void;
  /** What time has to wait for in the real world, if anything; asked in each turn of the event loop. */
  readonly behind?: () => Promise<void> | undefined;
}

/** `byCallback`: a backend that does everything within its callbacks, so that time can move on when they return. */
export interface VirtualClockOptions {
  readonly byCallback?: boolean;
}

/** Signals, files and sockets of the process are looked after at least this often, however fast moments follow each other. */
const MOMENTS_PER_TURN = 256;

/** Time that passes only when nothing else can run: under it the whole engine is a discrete-event simulation. */
export function createVirtualClock({ byCallback = false }: VirtualClockOptions = {}): VirtualClock {
  return new SimulatedTime(byCallback);
}

class SimulatedTime implements VirtualClock {
  readonly #byCallback: boolean;
  readonly #waiters = createWaiters((waiter) => {
    this.#wakeAborted(waiter);
  });
  readonly #ofBackend: Tally = { waiting: 0 };
  #nowMs = 0;
  /** In a turn of the event loop that this clock began. */
  #isDriving = true;
  /** In a callback of this clock. */
  #isCalling = false;
  /** The engine itself ends requests, at a timeout or a stop. */
  #isJudging = false;
  /** While what is due at a moment is called: what is added for the same moment comes behind it. */
  #isMoment = false;
  #isPacing = false;
  readonly ofBackend: Clock = {
    now: () => this.#nowMs,
    until: (dueMs, signal) => this.#until(dueMs, signal, this.#ofBackend),
    at: (dueMs, callback) => {
      this.#at(dueMs, callback, undefined, this.#ofBackend);
    },
  };

  constructor(byCallback: boolean) {
    this.#byCallback = byCallback;
  }

  readonly now = (): number => this.#nowMs;

  until(dueMs: number, signal?: AbortSignal): Promise<void> {
    return this.#until(dueMs, signal);
  }

  at(dueMs: number, callback: () => void): void {
    this.#at(dueMs, callback);
  }

  backendWaits(): number {
    return this.#ofBackend.waiting;
  }

  drives(): boolean {
    return this.#isJudging || (this.#isDriving && (this.#isCalling || !this.#byCallback));
  }

  pace(step: () => number, signal: AbortSignal): Promise<void> {
    this.#isPacing = true;
    return new Promise<void>((resolve, reject) => {
      const fail: (thrown: unknown) => void = reject;
      const end = (how: () => void): void => {
        this.#isPacing = false;
        if (this.#isMoment) this.#waiters.resolve(this.#nowMs, how);
        else how();
      };
      const next = (): void => {
        if (signal.aborted) {
          end(resolve);
          return;
        }
        try {
          const nextMs = step();
          if (nextMs === Infinity) end(resolve);
          else this.#at(nextMs, next, signal);
        } catch (thrown) {
          end(() => {
            fail(thrown);
          });
        }
      };
      this.#run(next);
    });
  }

  /** Nothing arrives between two moments. What is asked for before requests are ended. */
  readArrived(): Promise<void> {
    this.#isJudging = true;
    return Promise.resolve();
  }

  async drive<T>(work: Promise<T>, { beforeJump, behind }: DriveWatch = {}): Promise<T> {
    let settled = false as boolean;
    const settle = (): void => {
      settled = true;
    };
    work.then(settle, settle);
    for (;;) {
      await this.#turn();
      const wait = behind?.();
      if (wait !== undefined) {
        await wait;
        continue;
      }
      if (settled) return ended(work, beforeJump);
      for (let moments = 0; moments < MOMENTS_PER_TURN; moments++) {
        beforeJump?.();
        if (!this.#jump()) break;
      }
    }
  }

  /** All microtasks are done once an immediate runs: what is still pending waits for the clock, or for the world. */
  async #turn(): Promise<void> {
    const macrotask = new Promise<void>((resolve) => setImmediate(resolve));
    // Runs after the microtasks of the first, and before timers and sockets.
    setImmediate(() => {
      this.#isDriving = false;
    });
    await macrotask;
    this.#isDriving = true;
    this.#isJudging = false;
  }

  /** To the next moment at which somebody is due, and wakes all who are, in order. Whether everything that follows is done. */
  #jump(): boolean {
    const nowMs = this.#waiters.nextMs();
    if (nowMs === Infinity)
      throw new Error('virtual time stands still: something waits for the world, not for the clock');
    this.#nowMs = nowMs;
    let isDone = this.#byCallback && this.#isPacing;
    this.#isMoment = true;
    for (let waiter = this.#waiters.take(nowMs); waiter !== undefined; waiter = this.#waiters.take(nowMs)) {
      isDone &&= waiter.isCallback;
      const { wake, isCallback } = waiter;
      this.#waiters.reuse(waiter);
      if (isDone) this.#run(wake);
      else this.#wake(wake, isCallback);
    }
    this.#isMoment = false;
    return isDone && this.#isPacing;
  }

  /** In a microtask of its own, as what awaits a promise. */
  #wake(wake: () => void, isCallback: boolean): void {
    if (!isCallback) wake();
    else
      queueMicrotask(() => {
        this.#run(wake);
      });
  }

  #wakeAborted(waiter: Waiter): void {
    const { wake, isCallback } = waiter;
    if (!this.#isMoment) this.#wake(wake, isCallback);
    else if (isCallback) this.#waiters.call(this.#nowMs, wake);
    else this.#waiters.resolve(this.#nowMs, wake);
  }

  #run(callback: () => void): void {
    this.#isCalling = true;
    callback();
    this.#isCalling = false;
  }

  // NaN, from a plugin, has passed too: it has no place in the order.
  #until(dueMs: number, signal?: AbortSignal, tally?: Tally): Promise<void> {
    if (dueMs > this.#nowMs) return this.#waiters.add(dueMs, signal, tally);
    return this.#isMoment ? this.#waiters.add(this.#nowMs, signal, tally) : Promise.resolve();
  }

  #at(dueMs: number, callback: () => void, signal?: AbortSignal, tally?: Tally): void {
    const isAhead = dueMs > this.#nowMs;
    if ((isAhead || this.#isMoment) && signal?.aborted !== true)
      this.#waiters.call(isAhead ? dueMs : this.#nowMs, callback, signal, tally);
    else
      queueMicrotask(() => {
        this.#run(callback);
      });
  }
}

async function ended<T>(work: Promise<T>, check?: () => void): Promise<T> {
  const value = await work;
  check?.();
  return value;
}
