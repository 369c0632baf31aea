/** Who waits for which moment: a binary min-heap by due time, first come first served among equals. */
export interface Waiters {
  /** The earliest due time; Infinity when there is no waiter. */
  nextMs(): number;
  /** `tally`, where given, counts this waiter for as long as it waits. */
  add(dueMs: number, signal: AbortSignal | undefined, tally?: Tally): Promise<void>;
  /** The same with a function to call in place of a promise; its `signal` is not aborted yet. */
  call(dueMs: number, callback: () => void, signal?: AbortSignal, tally?: Tally): void;
  /** The same with what resolves a promise. */
  resolve(dueMs: number, resolve: () => void): void;
  /** Takes out the first that is due at or before `nowMs`. */
  take(nowMs: number): Waiter | undefined;
  /** One that was taken out and is no longer looked at: the next is made of it. */
  reuse(waiter: Waiter): void;
  /** Wakes everybody due at or before `nowMs`, in order; whether there was anybody. */
  wake(nowMs: number): boolean;
}

/** How many of some waiters still wait. */
export interface Tally {
  waiting: number;
}

const MOST_SPARE = 1024;
const NOTHING = (): void => undefined;

export class Waiter {
  /** A fraction, so that its place holds doubles. */
  dueMs = 0.5;
  order = 0;
  signal: AbortSignal | undefined;
  /** Resolves its promise, or is the function to call. */
  wake = NOTHING;
  isCallback = false;
  tally: Tally | undefined;
}

/** `wakeAborted`: wakes a waiter whose signal was aborted, which is no longer among them. */
export function createWaiters(
  wakeAborted = ({ wake }: Waiter): void => {
    wake();
  },
): Waiters {
  const heap: Waiter[] = [];
  const spare = new Spare();
  let order = 0;
  const hear = createHearing(heap, wakeAborted);
  const join = (
    dueMs: number,
    wake: () => void,
    isCallback: boolean,
    signal: AbortSignal | undefined,
    tally: Tally | undefined,
  ): void => {
    if (signal !== undefined) hear(signal);
    if (tally !== undefined) tally.waiting++;
    const waiter = spare.take();
    waiter.dueMs = dueMs;
    waiter.order = order++;
    waiter.signal = signal;
    waiter.wake = wake;
    waiter.isCallback = isCallback;
    waiter.tally = tally;
    push(heap, waiter);
  };
  const take = (nowMs: number): Waiter | undefined => {
    // A look behind the end would undo what was compiled for looks within.
    if (heap.length === 0 || (heap[0] as Waiter).dueMs > nowMs) return undefined;
    const top = heap[0] as Waiter;
    pop(heap);
    return left(top);
  };
  return {
    nextMs: () => (heap.length === 0 ? Infinity : (heap[0] as Waiter).dueMs),
    add(dueMs, signal, tally) {
      if (signal?.aborted === true) return Promise.resolve();
      return new Promise<void>((resolve) => {
        join(dueMs, resolve, false, signal, tally);
      });
    },
    call(dueMs, callback, signal, tally) {
      join(dueMs, callback, true, signal, tally);
    },
    resolve(dueMs, resolve) {
      join(dueMs, resolve, false, undefined, undefined);
    },
    take,
    reuse: (waiter) => {
      spare.put(waiter);
    },
    wake: (nowMs) => wakeDue(nowMs, take, spare),
  };
}

function wakeDue(nowMs: number, take: Waiters['take'], spare: Spare): boolean {
  let woke = false;
  for (let top = take(nowMs); top !== undefined; top = take(nowMs)) {
    top.wake();
    spare.put(top);
    woke = true;
  }
  return woke;
}

/** Waiters that are over, of which others are made. */
class Spare {
  readonly #waiters: Waiter[] = [];

  take(): Waiter {
    return this.#waiters.pop() ?? new Waiter();
  }

  /** What it held may go. */
  put(waiter: Waiter): void {
    waiter.signal = undefined;
    waiter.wake = NOTHING;
    if (this.#waiters.length < MOST_SPARE) this.#waiters.push(waiter);
  }
}

/** Wakes the waiters of a signal when it is aborted. */
function createHearing(heap: Waiter[], wakeAborted: (waiter: Waiter) => void): (signal: AbortSignal) => void {
  // One listener for each signal, not for each waiter: a signal that lives as long as the run sees every request.
  const heard = new WeakSet<AbortSignal>();
  return (signal) => {
    if (heard.has(signal)) return;
    heard.add(signal);
    signal.addEventListener(
      'abort',
      () => {
        for (const waiter of aborted(heap, signal)) wakeAborted(left(waiter));
      },
      { once: true },
    );
  };
}

/** Takes out the waiters of this signal. */
function aborted(heap: Waiter[], signal: AbortSignal): Waiter[] {
  const taken: Waiter[] = [];
  for (const waiter of heap.splice(0)) {
    if (waiter.signal === signal) taken.push(waiter);
    else push(heap, waiter);
  }
  return taken;
}

function left(waiter: Waiter): Waiter {
  if (waiter.tally !== undefined) waiter.tally.waiting--;
  return waiter;
}

function before(a: Waiter, b: Waiter): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

function push(heap: Waiter[], waiter: Waiter): void {
  let at = heap.push(waiter) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as Waiter;
    if (!before(waiter, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = waiter;
}

function pop(heap: Waiter[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1] as Waiter, heap[child] as Waiter)) child++;
    if (!before(heap[child] as Waiter, last)) break;
    heap[at] = heap[child] as Waiter;
    at = child;
  }
  heap[at] = last;
}
