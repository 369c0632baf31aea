/** Moments at which something happens, each with a whole number that says what: a binary min-heap in typed arrays. */
export class EventHeap {
  #times = new Float64Array(64);
  #events = new Int32Array(64);
  size = 0;

  /** Infinity: there is none. */
  get nextMs(): number {
    return this.size === 0 ? Infinity : (this.#times[0] as number);
  }

  push(atMs: number, event: number): void {
    if (this.size === this.#times.length) this.#grow();
    const times = this.#times;
    const events = this.#events;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((times[parent] as number) <= atMs) break;
      times[at] = times[parent] as number;
      events[at] = events[parent] as number;
      at = parent;
    }
    times[at] = atMs;
    events[at] = event;
  }

  /** Takes the earliest out; there must be one. */
  pop(): number {
    const times = this.#times;
    const events = this.#events;
    const first = events[0] as number;
    const size = --this.size;
    const atMs = times[size] as number;
    const event = events[size] as number;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && (times[child + 1] as number) < (times[child] as number)) child++;
      if ((times[child] as number) >= atMs) break;
      times[at] = times[child] as number;
      events[at] = events[child] as number;
      at = child;
    }
    times[at] = atMs;
    events[at] = event;
    return first;
  }

  #grow(): void {
    const times = new Float64Array(2 * this.#times.length);
    times.set(this.#times);
    this.#times = times;
    const events = new Int32Array(times.length);
    events.set(this.#events);
    this.#events = events;
  }
}
