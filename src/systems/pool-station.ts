import { coldStartTimes } from './cold-start-times.js';
import { EventHeap } from './event-heap.js';
import { FreeInstances } from './free-instances.js';
import { InstanceCounts } from './instance-counts.js';
import { samplerOf, type Sampler } from './sampler-of.js';
import { ENDED, type Sink, type Station } from './station.js';
import type { Pool, SimulatedSystem } from './system.js';
import { PURPOSE, uniformAt } from './uniform-at.js';
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
  readonly #seed: number;
  readonly #sink: Sink;
  readonly #line: WaitingLine;
  readonly #events = new EventHeap();
  readonly #counts = new InstanceCounts();
  readonly #instances: FreeInstances;
  readonly #service: Sampler;
  readonly #network: Sampler;
  readonly #startTime: Sampler;
  readonly #marginal: number;
  readonly #contention: number;
  readonly #clientMs: number;
  readonly #isBound: boolean;
  /** Calls that wait for each start. */
  readonly #callsPerStart: number;
  readonly #mostInside: number;
  readonly #mostInstances: number;
  readonly #startGapMs: number;
  readonly #idleMs: number;
  readonly #isMemoryless: boolean;
  readonly #rules: PoolRules;
  #inside = 0;
  #starting = 0;
  #mayStartMs = -Infinity;
  #isStartPlanned = false;
  #serials = 0;
  activeMs = 0;

  constructor(system: SimulatedSystem & { readonly station: Pool }, seed: number, sink: Sink, rules: PoolRules) {
    const { admission, station: pool, network } = system;
    this.#seed = seed;
    this.#sink = sink;
    this.#rules = rules;
    this.#line = new WaitingLine(admission);
    this.#service = samplerOf(pool.service.time, PURPOSE.service, pool.concurrency.value);
    this.#network = samplerOf(network.roundTrip, PURPOSE.network);
    this.#startTime = coldStartTimes(pool.coldStart).ofInstance;
    this.#marginal = pool.service.batchMarginal.value;
    this.#contention = pool.contention.value;
    this.#clientMs = admission.clientTimeout.value;
    this.#isBound = pool.start.value === 'bound';
    this.#callsPerStart = Number(pool.waitingPerStart.value) * pool.concurrency.value;
    this.#mostInside = pool.concurrencyLimit.value;
    this.#mostInstances = Math.ceil(pool.concurrencyLimit.value / pool.concurrency.value);
    this.#startGapMs = 1000 / pool.startRate.value;
    this.#idleMs = pool.idleLifetime.value;
    this.#isMemoryless = pool.idleLaw.value === 'exponential';
    this.#instances = new FreeInstances(pool.concurrency.value);
    for (let i = 0; i < pool.minimum.value + pool.provisioned.value; i++) this.#addReady(Infinity);
    this.#counts.become(-Infinity, this.#counts.ready);
  }

  /** Idle instances from this moment on. */
  addWarm(nowMs: number, count: number): void {
    for (let i = 0; i < count; i++) this.#becomeIdle(nowMs, this.#addReady(0));
    this.#counts.become(nowMs, this.#counts.ready);
  }

  get isBusy(): boolean {
    return this.#inside > 0 || this.#line.length > 0;
  }
  get live(): number {
    return this.#counts.live;
  }
  get ready(): number {
    return this.#counts.ready;
  }
  get created(): number {
    return this.#counts.created;
  }
  get peak(): number {
    return this.#counts.peak;
  }
  get steps(): readonly { readonly atMs: number; readonly count: number }[] {
    return this.#counts.steps;
  }

  startCounting(nowMs: number): void {
    this.#counts.restart(nowMs);
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
    if (this.#inside < this.#mostInside && free >= 0 && this.#line.length === 0)
      this.#serve(nowMs, nowMs, free, seq, requests);
    else if (this.#isBound) this.#startFor(nowMs, seq, requests);
    else this.#wait(nowMs, seq, requests);
  }

  /** A new instance for this call alone. */
  #startFor(nowMs: number, seq: number, requests: number): void {
    if (this.#inside >= this.#mostInside) {
      this.#refuse(nowMs, seq, requests);
      return;
    }
    const fromMs = Math.max(nowMs, this.#mayStartMs);
    this.#mayStartMs = fromMs + this.#startGapMs;
    const instance = this.#instances.add(this.#serials++, this.#idleBudget(this.#serials - 1));
    this.#counts.start();
    const startMs = this.#startTime(this.#seed, this.#instances.serial(instance));
    this.#instances.startMs[instance] = startMs;
    if (this.#rules.startCounts) this.activeMs += startMs;
    this.#events.push(fromMs + startMs, READY + 4 * instance);
    this.#serve(fromMs + startMs, nowMs, instance, seq, requests);
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
    while (this.#starting < this.#line.length / this.#callsPerStart && this.#counts.live < this.#mostInstances) {
      if (this.#mayStartMs > nowMs) {
        if (!this.#isStartPlanned) this.#events.push(this.#mayStartMs, MAY_START);
        this.#isStartPlanned = true;
        return;
      }
      this.#mayStartMs = nowMs + this.#startGapMs;
      const serial = this.#serials++;
      const instance = this.#instances.add(serial, this.#idleBudget(serial));
      const startMs = this.#startTime(this.#seed, serial);
      this.#instances.startMs[instance] = startMs;
      this.#starting++;
      this.#counts.start();
      if (this.#rules.startCounts) this.activeMs += startMs;
      this.#events.push(nowMs + startMs, READY + 4 * instance);
    }
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
    this.#counts.become(nowMs, this.#counts.ready + 1);
    this.#instances.open(instance);
    if (this.#isBound) return;
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
    const doneMs = nowMs + ranMs + this.#network(this.#seed, seq);
    const isLate = doneMs > arrivedMs + this.#clientMs;
    const outcome = isLate ? ENDED.timeout : ENDED.ok;
    const endMs = isLate ? arrivedMs + this.#clientMs : doneMs;
    this.#sink.ended(seq, requests, outcome, endMs, ranMs, startMs, this.#instances.serial(instance));
  }

  /** Takes a place from `nowMs` on, which may lie ahead; how long for. */
  #occupy(nowMs: number, instance: number, seq: number, requests: number): number {
    const beside = this.#instances.active(instance);
    const ranMs = this.#ranMs(seq, requests) * (1 + this.#contention * beside);
    if (beside === 0) this.#instances.wake(instance, nowMs);
    this.#inside++;
    this.#instances.enter(instance);
    this.#events.push(nowMs + ranMs, DONE + 4 * instance);
    return ranMs;
  }

  #ranMs(seq: number, requests: number): number {
    return this.#service(this.#seed, seq) * (1 + this.#marginal * (requests - 1));
  }

  #refuse(nowMs: number, seq: number, requests: number): void {
    this.#sink.ended(seq, requests, ENDED.throttled, nowMs + this.#network(this.#seed, seq), NaN, NaN, -1);
  }

  /** Work that is done all the same is billed. */
  #giveUp(nowMs: number): void {
    const line = this.#line;
    const isServed = line.giveUp();
    const { seq, requests } = line;
    if (line.bySystem) this.#refuse(nowMs, seq, requests);
    else this.#sink.ended(seq, requests, ENDED.timeout, nowMs, isServed ? this.#ranMs(seq, requests) : NaN, NaN, -1);
  }

  #idleBudget(serial: number): number {
    return this.#isMemoryless ? -Math.log(uniformAt(this.#seed, serial, PURPOSE.idle)) * this.#idleMs : this.#idleMs;
  }

  #addReady(idleBudgetMs: number): number {
    const serial = this.#serials++;
    const budgetMs = idleBudgetMs === Infinity ? Infinity : this.#idleBudget(serial);
    const instance = this.#instances.add(serial, budgetMs);
    this.#instances.startMs[instance] = NaN;
    this.#instances.open(instance);
    this.#counts.live++;
    this.#counts.peak = Math.max(this.#counts.peak, this.#counts.live);
    this.#counts.ready++;
    return instance;
  }

  /**
   * A fixed lifetime begins anew. A random one is a budget that idle times use up: having no memory, what is left of it has the
   * law of the whole. Either way a later idle time ends later, and one event ahead is enough.
   */
  #becomeIdle(nowMs: number, instance: number): void {
    const expiresMs = this.#instances.rest(instance, nowMs, this.#isMemoryless);
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
    this.#counts.live--;
    this.#counts.become(nowMs, this.#counts.ready - 1);
  }
}
