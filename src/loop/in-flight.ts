/** How many requests are open in the whole run, over all its threads. */
export interface InFlight {
  /** Takes a place; false when all `limit` are taken. */
  enter(): boolean;
  leave(): void;
}

/** What the threads of a run share: 32-bit counters, first the sum, then one per thread; then how many each thread ever sent. */
export type InFlightMemory = SharedArrayBuffer;

export function inFlightMemory(workers: number): InFlightMemory {
  return new SharedArrayBuffer(4 * (1 + 2 * workers));
}

export function createInFlight(memory: InFlightMemory, worker: number, limit: number): InFlight {
  return new Counters(memory, worker, limit);
}

/** A class, as the recorder: closures are others in the run than in its rehearsal, and compiled code knows them. */
class Counters implements InFlight {
  readonly #open: Int32Array;
  readonly #own: number;
  readonly #sent: number;
  readonly #limit: number;

  constructor(memory: InFlightMemory, worker: number, limit: number) {
    this.#open = new Int32Array(memory);
    this.#own = 1 + worker;
    this.#sent = this.#own + workersOf(this.#open);
    this.#limit = limit;
  }

  enter(): boolean {
    const open = this.#open;
    if (!takeBelow(open, this.#limit)) return false;
    Atomics.add(open, this.#own, 1);
    // Only this thread writes it.
    open[this.#sent] = (open[this.#sent] as number) + 1;
    return true;
  }

  leave(): void {
    Atomics.sub(this.#open, 0, 1);
    Atomics.sub(this.#open, this.#own, 1);
  }
}

/** Never above the limit, not even for a moment: another thread would shed for a place that was not taken. */
function takeBelow(open: Int32Array, limit: number): boolean {
  for (let taken = Atomics.load(open, 0); taken < limit;) {
    const seen = Atomics.compareExchange(open, 0, taken, taken + 1);
    if (seen === taken) return true;
    taken = seen;
  }
  return false;
}

/** How many are open now. */
export function countInFlight(memory: InFlightMemory): number {
  return Atomics.load(new Int32Array(memory), 0);
}

/** How many have entered so far. */
export function countSent(memory: InFlightMemory): number {
  const counters = new Int32Array(memory);
  return counters.subarray(1 + workersOf(counters)).reduce((sum, sent) => sum + (sent >>> 0), 0);
}

function workersOf(counters: Int32Array): number {
  return (counters.length - 1) / 2;
}

/** Gives back the places of a thread that died with them. */
export function releaseInFlight(memory: InFlightMemory, worker: number): void {
  const open = new Int32Array(memory);
  Atomics.sub(open, 0, Atomics.exchange(open, 1 + worker, 0));
}
