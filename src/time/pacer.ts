/** The one sender that a clock calls by itself: a promise and a waiter for each request would be much of its garbage. */
export interface Pacer {
  /** When the step is to be called next; Infinity while no step is set. */
  nextMs(): number;
  /** Calls it when that has come; whether it had. */
  call(nowMs: number): boolean;
  /** As `PacingClock.pace`; the first call is the next look's. */
  start(step: () => number, signal: AbortSignal): Promise<void>;
}

/** `woken` is called when there is something new to look for. */
export function createPacer(woken: () => void): Pacer {
  let current: Pacing | undefined;
  const end = (): void => {
    current = undefined;
  };
  return {
    nextMs: () => current?.nextMs ?? Infinity,
    call(nowMs) {
      if (current === undefined || current.nextMs > nowMs) return false;
      current.call();
      return true;
    },
    start(step, signal) {
      if (current !== undefined) throw new Error('a clock paces one sender at a time');
      return new Promise<void>((resolve, reject) => {
        current = new Pacing(step, signal, end, { resolve, reject });
        woken();
      });
    },
  };
}

interface Ends {
  readonly resolve: () => void;
  readonly reject: (thrown: unknown) => void;
}

class Pacing {
  /** At once. */
  nextMs = -Infinity;
  readonly #step: () => number;
  readonly #settle: (how: () => void) => void;
  readonly #ends: Ends;

  constructor(step: () => number, signal: AbortSignal, end: () => void, ends: Ends) {
    this.#step = step;
    this.#ends = ends;
    const aborted = (): void => {
      this.#settle(ends.resolve);
    };
    this.#settle = (how) => {
      signal.removeEventListener('abort', aborted);
      end();
      how();
    };
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted);
  }

  call(): void {
    try {
      this.nextMs = this.#step();
      if (this.nextMs === Infinity) this.#settle(this.#ends.resolve);
    } catch (thrown) {
      this.#settle(() => {
        this.#ends.reject(thrown);
      });
    }
  }
}
