/** Who waits for which moment: a binary min-heap by due time, first come first served among equals. */
export interface Waiters {
  /** The earliest due time; Infinity when nobody waits. */
  nextMs(): number;
  add(dueMs: number, signal: AbortSignal | undefined): Promise<void>;
  /** Wakes everybody due at or before `nowMs`, in order. */
  wake(nowMs: number): void;
}

interface Waiter {
  readonly dueMs: number;
  readonly order: number;
  readonly resolve: () => void;
  woken: boolean;
}

export function createWaiters(): Waiters {
  const heap: Waiter[] = [];
  let order = 0;
  const dropWoken = (): void => {
    while (heap[0]?.woken === true) pop(heap);
  };
  return {
    nextMs() {
      dropWoken();
      return heap[0]?.dueMs ?? Infinity;
    },
    add(dueMs, signal) {
      if (signal?.aborted === true) return Promise.resolve();
      return new Promise<void>((resolve) => {
        const waiter: Waiter = { dueMs, order: order++, resolve, woken: false };
        push(heap, waiter);
        if (signal !== undefined) wakeOnAbort(waiter, signal);
      });
    },
    wake(nowMs) {
      for (let top = heap[0]; top !== undefined && (top.woken || top.dueMs <= nowMs); top = heap[0]) {
        pop(heap);
        if (!top.woken) wake(top);
      }
    },
  };
}

/** The listener goes when the waiter is woken: a signal that lives as long as the run must not collect one per request. */
const abortListeners = new WeakMap<Waiter, { readonly signal: AbortSignal; readonly listener: () => void }>();

function wakeOnAbort(waiter: Waiter, signal: AbortSignal): void {
  const listener = (): void => {
    wake(waiter);
  };
  abortListeners.set(waiter, { signal, listener });
  signal.addEventListener('abort', listener, { once: true });
}

function wake(waiter: Waiter): void {
  if (waiter.woken) return;
  waiter.woken = true;
  const abort = abortListeners.get(waiter);
  if (abort !== undefined) abort.signal.removeEventListener('abort', abort.listener);
  waiter.resolve();
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
