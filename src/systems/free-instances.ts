const NONE = -1;

/** The instances of a pool, by small numbers that are used again; those with a free place in a list, the one used last first. */
export class FreeInstances {
  readonly #places: number;
  /** NaN: its first call has come. */
  startMs = new Float64Array(64);
  activeSinceMs = new Float64Array(64);
  #idleSinceMs = new Float64Array(64);
  #budgetMs = new Float64Array(64);
  #serials = new Int32Array(64);
  #active = new Int32Array(64);
  #isOpen = new Uint8Array(64);
  #isWatched = new Uint8Array(64);
  #before = new Int32Array(64);
  #behind = new Int32Array(64);
  readonly #vacant: number[] = [];
  #used = 0;
  /** The one used last that has a free place; -1: there is none. */
  first = NONE;

  constructor(places: number) {
    this.#places = places;
  }

  /** Not open yet. `budgetMs`: how long it may be idle. */
  add(serial: number, budgetMs: number): number {
    const instance = this.#vacant.pop() ?? this.#used++;
    if (instance === this.startMs.length) this.#grow();
    this.#serials[instance] = serial;
    this.#budgetMs[instance] = budgetMs;
    this.#idleSinceMs[instance] = NaN;
    this.#active[instance] = 0;
    this.#isOpen[instance] = 0;
    this.#isWatched[instance] = 0;
    return instance;
  }

  remove(instance: number): void {
    this.#unlink(instance);
    this.#isOpen[instance] = 0;
    this.#vacant.push(instance);
  }

  open(instance: number): void {
    this.#isOpen[instance] = 1;
    if ((this.#active[instance] as number) < this.#places) this.#link(instance);
  }

  serial(instance: number): number {
    return this.#serials[instance] as number;
  }

  active(instance: number): number {
    return this.#active[instance] as number;
  }

  enter(instance: number): void {
    const active = (this.#active[instance] as number) + 1;
    this.#active[instance] = active;
    if (this.#isOpen[instance] === 0) return;
    if (active === this.#places) this.#unlink(instance);
    else this.#toFront(instance);
  }

  leave(instance: number): void {
    const active = (this.#active[instance] as number) - 1;
    this.#active[instance] = active;
    if (this.#isOpen[instance] === 0) return;
    if (active === this.#places - 1) this.#link(instance);
    else this.#toFront(instance);
  }

  /** No call is inside from now on; when its time is over. */
  rest(instance: number, nowMs: number, isMemoryless: boolean): number {
    if (isMemoryless && !Number.isNaN(this.#idleSinceMs[instance])) this.#spend(instance);
    this.#idleSinceMs[instance] = nowMs;
    return this.expiresMs(instance);
  }

  /** A call is inside again. */
  wake(instance: number, nowMs: number): void {
    this.activeSinceMs[instance] = nowMs;
  }

  expiresMs(instance: number): number {
    return (this.#idleSinceMs[instance] as number) + (this.#budgetMs[instance] as number);
  }

  isWatched(instance: number): boolean {
    return this.#isWatched[instance] === 1;
  }

  watch(instance: number, isWatched: boolean): void {
    this.#isWatched[instance] = isWatched ? 1 : 0;
  }

  /** What the last idle time took of the budget; it ended when the instance became active. */
  #spend(instance: number): void {
    const idleMs = (this.activeSinceMs[instance] as number) - (this.#idleSinceMs[instance] as number);
    if (idleMs > 0) this.#budgetMs[instance] = (this.#budgetMs[instance] as number) - idleMs;
  }

  #link(instance: number): void {
    this.#before[instance] = NONE;
    this.#behind[instance] = this.first;
    if (this.first !== NONE) this.#before[this.first] = instance;
    this.first = instance;
  }

  #unlink(instance: number): void {
    const before = this.#before[instance] as number;
    const behind = this.#behind[instance] as number;
    if (before === NONE) this.first = behind;
    else this.#behind[before] = behind;
    if (behind !== NONE) this.#before[behind] = before;
  }

  #toFront(instance: number): void {
    if (this.first === instance) return;
    this.#unlink(instance);
    this.#link(instance);
  }

  #grow(): void {
    const size = 2 * this.startMs.length;
    const grown = <Column extends Float64Array | Int32Array | Uint8Array>(column: Column, into: Column): Column => {
      into.set(column);
      return into;
    };
    this.startMs = grown(this.startMs, new Float64Array(size));
    this.activeSinceMs = grown(this.activeSinceMs, new Float64Array(size));
    this.#idleSinceMs = grown(this.#idleSinceMs, new Float64Array(size));
    this.#budgetMs = grown(this.#budgetMs, new Float64Array(size));
    this.#serials = grown(this.#serials, new Int32Array(size));
    this.#active = grown(this.#active, new Int32Array(size));
    this.#isOpen = grown(this.#isOpen, new Uint8Array(size));
    this.#isWatched = grown(this.#isWatched, new Uint8Array(size));
    this.#before = grown(this.#before, new Int32Array(size));
    this.#behind = grown(this.#behind, new Int32Array(size));
  }
}
