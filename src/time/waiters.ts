/** Who waits for which moment: a binary min-heap by due time, first come first served among equals. */
export interface Waiters {
  /** The earliest due time; Infinity when there is no waiter. */
  nextMs(): number;
  /** `tally`, where given, counts this waiter for as long as it waits. */
  add(dueMs: number, signal: AbortSignal | undefined, tally?: Tally): Promise<void>;
  /** Wakes everybody due at or before `nowMs`, in order; whether there was anybody. */
  wake(nowMs: number): boolean;
}

/** How many of some waiters still wait. */
export interface Tally {
  waiting: number;
}

interface Waiter {
  readonly dueMs: number;
  readonly order: number;
  readonly signal: AbortSignal | undefined;
  readonly resolve: () => void;
  readonly tally: Tally | undefined;
}

export function createWaiters(): Waiters {
  const heap: Waiter[] = [];
  let order = 0;
  // One listener for each signal, not for each waiter: a signal that lives as long as the run sees every request.
  const heard = new WeakSet<AbortSignal>();
  const hear = (signal: AbortSignal): void => {
    if (heard.has(signal)) return;
    heard.add(signal);
    signal.addEventListener(
      'abort',
      () => {
        wakeAborted(heap, signal);
      },
      { once: true },
    );
  };
  return {
    // A look behind the end would undo what was compiled for looks within.
    nextMs: () => (heap.length === 0 ? Infinity : (heap[0] as Waiter).dueMs),
    add(dueMs, signal, tally) {
      if (signal?.aborted === true) return Promise.resolve();
      if (signal !== undefined) hear(signal);
      if (tally !== undefined) tally.waiting++;
      return new Promise<void>((resolve) => {
        push(heap, { dueMs, order: order++, signal, resolve, tally });
      });
    },
    wake(nowMs) {
      let woke = false;
      for (let top = heap[0]; top !== undefined && top.dueMs <= nowMs; top = heap[0]) {
        pop(heap);
        end(top);
        woke = true;
      }
      return woke;
    },
  };
}

/** Wakes and removes the waiters of this signal. */
function wakeAborted(heap: Waiter[], signal: AbortSignal): void {
  for (const waiter of heap.splice(0)) {
    if (waiter.signal === signal) end(waiter);
    else push(heap, waiter);
  }
}

function end({ tally, resolve }: Waiter): void {
  if (tally !== undefined) tally.waiting--;
  resolve();
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
