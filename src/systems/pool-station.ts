import { EventHeap } from './event-heap.js';
import { FreeInstances } from './free-instances.js';
import { InstanceCounts } from './instance-counts.js';
import { PoolLaw } from './pool-law.js';
import { ENDED, type Sink, type Station } from './station.js';
import type { Pool, SimulatedSystem } from './system.js';
import { WaitingLine } from './waiting-line.js';

/** Events are kind + 4 x instance. */
const DONE = 0;
const READY = 1;
const EXPIRE = 2;
const MAY_START = 3;

export interface PoolRules {
  /** Time of an instance with calls inside is rounded up to this, ms. */
  readonly stepMs: number;
  /** Whether its start counts, too. */
  readonly startCounts: boolean;
}

/** Instances made on demand. */
export class PoolStation implements Station {
  readonly #sink: Sink;
  readonly #line: WaitingLine;
  readonly #events = new EventHeap();
  readonly counts = new InstanceCounts();
  readonly #instances: FreeInstances;
  readonly #law: PoolLaw;
  readonly #rules: PoolRules;
  #inside = 0;
  #starting = 0;
  #mayStartMs = -Infinity;
  #isStartPlanned = false;
  #serials = 0;
  activeMs = 0;

  constructor(system: SimulatedSystem & { readonly station: Pool }, seed: number, sink: Sink, rules: PoolRules) {
    const { admission, station: pool } = system;
    this.#sink = sink;
    this.#rules = rules;
    this.#line = new WaitingLine(admission);
    this.#law = new PoolLaw(system, seed);
    this.#instances = new FreeInstances(pool.concurrency.value);
    for (let i = 0; i < pool.minimum.value + pool.provisioned.value; i++) this.#addReady(Infinity);
    this.counts.become(-Infinity, this.counts.ready);
  }

  /** Idle instances from this moment on. */
  addWarm(nowMs: number, count: number): void {
    for (let i = 0; i < count; i++) this.#becomeIdle(nowMs, this.#addReady(0));
    this.counts.become(nowMs, this.counts.ready);
  }

  get isBusy(): boolean {
    return this.#inside > 0 || this.#line.length > 0;
  }

  startCounting(nowMs: number): void {
    this.counts.restart(nowMs);
    this.activeMs = 0;
  }

  get nextMs(): number {
    return Math.min(this.#events.nextMs, this.#line.givesUpMs);
  }

  advance(nowMs: number): void {
    for (;;) {
      const atMs = this.#events.nextMs;
      const givesUpMs = this.#line.givesUpMs;
      if (givesUpMs < atMs && givesUpMs <= nowMs) this.#giveUp(givesUpMs);
      else if (atMs <= nowMs) this.#happen(atMs, this.#events.pop());
      else return;
    }
  }

  arrive(nowMs: number, seq: number, requests: number): void {
    this.advance(nowMs);
    const free = this.#instances.first;
    if (this.#inside < this.#law.mostInside && free >= 0 && this.#line.length === 0)
      this.#serve(nowMs, nowMs, free, seq, requests);
    else if (this.#law.isBound) this.#startFor(nowMs, seq, requests);
    else this.#wait(nowMs, seq, requests);
  }

  /** A new instance for this call alone. */
  #startFor(nowMs: number, seq: number, requests: number): void {
    if (this.#inside >= this.#law.mostInside) {
      this.#refuse(nowMs, seq, requests);
      return;
    }
    const fromMs = Math.max(nowMs, this.#mayStartMs);
    const instance = this.#start(fromMs);
    this.#serve(fromMs + (this.#instances.startMs[instance] as number), nowMs, instance, seq, requests);
  }

  #wait(nowMs: number, seq: number, requests: number): void {
    if (this.#line.isFull) {
      this.#refuse(nowMs, seq, requests);
      return;
    }
    this.#line.join(nowMs, seq, requests);
    this.#startForWaiting(nowMs);
  }

  #startForWaiting(nowMs: number): void {
    while (this.#starting < this.#line.length / this.#law.callsPerStart && this.counts.live < this.#law.mostInstances) {
      if (this.#mayStartMs > nowMs) {
        if (!this.#isStartPlanned) this.#events.push(this.#mayStartMs, MAY_START);
        this.#isStartPlanned = true;
        return;
      }
      this.#starting++;
      this.#start(nowMs);
    }
  }

  /** An instance that starts at this moment. */
  #start(nowMs: number): number {
    this.#mayStartMs = nowMs + this.#law.startGapMs;
    const serial = this.#serials++;
    const instance = this.#instances.add(serial, this.#law.idleBudgetMs(serial));
    const startMs = this.#law.startMs(serial);
    this.#instances.startMs[instance] = startMs;
    this.counts.start();
    if (this.#rules.startCounts) this.activeMs += startMs;
    this.#events.push(nowMs + startMs, READY + 4 * instance);
    return instance;
  }

  #happen(nowMs: number, event: number): void {
    const instance = event >> 2;
    switch (event & 3) {
      case DONE:
        this.#leave(nowMs, instance);
        break;
      case READY:
        this.#open(nowMs, instance);
        break;
      case EXPIRE:
        this.#expire(nowMs, instance);
        break;
      default:
        this.#isStartPlanned = false;
        this.#startForWaiting(nowMs);
    }
  }

  #open(nowMs: number, instance: number): void {
    this.counts.become(nowMs, this.counts.ready + 1);
    this.#instances.open(instance);
    if (this.#law.isBound) return;
    this.#starting--;
    this.#serveWaiting(nowMs);
    if (this.#instances.active(instance) === 0) this.#becomeIdle(nowMs, instance);
  }

  #leave(nowMs: number, instance: number): void {
    this.#inside--;
    this.#instances.leave(instance);
    this.#serveWaiting(nowMs);
    if (this.#instances.active(instance) > 0) return;
    const { stepMs } = this.#rules;
    const ranMs = nowMs - (this.#instances.activeSinceMs[instance] as number);
    this.activeMs += Math.ceil(ranMs / stepMs - 1e-9) * stepMs;
    this.#becomeIdle(nowMs, instance);
  }

  #serveWaiting(nowMs: number): void {
    const line = this.#line;
    for (let free = this.#instances.first; free >= 0 && line.length > 0; free = this.#instances.first) {
      if (!line.take(nowMs)) return;
      const { seq, requests, arrivedMs, wasGivenUp } = line;
      if (wasGivenUp) this.#occupy(nowMs, free, seq, requests);
      else this.#serve(nowMs, arrivedMs, free, seq, requests);
    }
  }

  #serve(nowMs: number, arrivedMs: number, instance: number, seq: number, requests: number): void {
    const startMs = this.#instances.startMs[instance] as number;
    this.#instances.startMs[instance] = NaN;
    const ranMs = this.#occupy(nowMs, instance, seq, requests);
    const doneMs = nowMs + ranMs + this.#law.networkMs(seq);
    const isLate = doneMs > arrivedMs + this.#law.clientMs;
    const outcome = isLate ? ENDED.timeout : ENDED.ok;
    const endMs = isLate ? arrivedMs + this.#law.clientMs : doneMs;
    this.#sink.ended(seq, requests, outcome, endMs, ranMs, startMs, this.#instances.serial(instance));
  }

  /** Takes a place from `nowMs` on, which may lie ahead; how long for. */
  #occupy(nowMs: number, instance: number, seq: number, requests: number): number {
    const beside = this.#instances.active(instance);
    const ranMs = this.#law.ranMs(seq, requests) * (1 + this.#law.contention * beside);
    if (beside === 0) this.#instances.wake(instance, nowMs);
    this.#inside++;
    this.#instances.enter(instance);
    this.#events.push(nowMs + ranMs, DONE + 4 * instance);
    return ranMs;
  }

  #refuse(nowMs: number, seq: number, requests: number): void {
    this.#sink.ended(seq, requests, ENDED.throttled, nowMs + this.#law.networkMs(seq), NaN, NaN, -1);
  }

  /** Work that is done all the same is billed. */
  #giveUp(nowMs: number): void {
    const line = this.#line;
    const isServed = line.giveUp();
    const { seq, requests } = line;
    if (line.bySystem) this.#refuse(nowMs, seq, requests);
    else
      this.#sink.ended(seq, requests, ENDED.timeout, nowMs, isServed ? this.#law.ranMs(seq, requests) : NaN, NaN, -1);
  }

  #addReady(idleBudgetMs: number): number {
    const serial = this.#serials++;
    const budgetMs = idleBudgetMs === Infinity ? Infinity : this.#law.idleBudgetMs(serial);
    const instance = this.#instances.add(serial, budgetMs);
    this.#instances.startMs[instance] = NaN;
    this.#instances.open(instance);
    this.counts.addReady();
    return instance;
  }

  /**
   * A fixed lifetime begins anew. A random one is a budget that idle times use up: having no memory, what is left of it has the
   * law of the whole. Either way a later idle time ends later, and one event ahead is enough.
   */
  #becomeIdle(nowMs: number, instance: number): void {
    const expiresMs = this.#instances.rest(instance, nowMs, this.#law.isMemoryless);
    if (expiresMs === Infinity || this.#instances.isWatched(instance)) return;
    this.#instances.watch(instance, true);
    this.#events.push(expiresMs, EXPIRE + 4 * instance);
  }

  #expire(nowMs: number, instance: number): void {
    this.#instances.watch(instance, false);
    if (this.#instances.active(instance) > 0) return;
    const expiresMs = this.#instances.expiresMs(instance);
    if (expiresMs > nowMs) {
      this.#instances.watch(instance, true);
      this.#events.push(expiresMs, EXPIRE + 4 * instance);
      return;
    }
    this.#instances.remove(instance);
    this.counts.live--;
    this.counts.become(nowMs, this.counts.ready - 1);
  }
}
