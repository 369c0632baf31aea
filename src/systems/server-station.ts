import { EventHeap } from './event-heap.js';
import { InstanceCounts } from './instance-counts.js';
import { meanOf, samplerOf, type Sampler } from './sampler-of.js';
import { createScaler, type Scaler } from './scaler.js';
import { ENDED, type Sink, type Station } from './station.js';
import type { Server, SimulatedSystem } from './system.js';
import { PURPOSE } from './uniform-at.js';
import { WaitingLine } from './waiting-line.js';

const DONE = 0;
const TICK = 1;
/** This and more: this many instances, less this, become ready. */
const READY = 2;

/** Workers before which calls wait in one line; an autoscaler may add instances. */
export class ServerStation implements Station {
  readonly #seed: number;
  readonly #sink: Sink;
  readonly #line: WaitingLine;
  readonly #events = new EventHeap();
  readonly counts = new InstanceCounts();
  readonly #service: Sampler;
  readonly #network: Sampler;
  readonly #meanMs: number;
  readonly #marginal: number;
  readonly #loneMs: number;
  readonly #slowdown: number;
  readonly #slowAbove: number;
  readonly #mostAheadMs: number;
  readonly #clientMs: number;
  readonly #workers: number;
  readonly #batchSize: number;
  readonly #batchDelayMs: number;
  readonly #scaler: Scaler | null;
  /** Places of ready instances, and how many of them are taken; after a scale-in, more may be taken than there are. */
  #places: number;
  #taken = 0;

  constructor(
    { admission, station, network }: SimulatedSystem & { readonly station: Server },
    seed: number,
    sink: Sink,
  ) {
    const workers = station.workers.value;
    this.#seed = seed;
    this.#sink = sink;
    this.#line = new WaitingLine(admission);
    this.#workers = workers;
    this.#service = samplerOf(station.service.time, PURPOSE.service, workers);
    this.#meanMs = meanOf(station.service.time, workers);
    this.#network = samplerOf(network.roundTrip, PURPOSE.network);
    this.#marginal = station.service.batchMarginal.value;
    this.#loneMs = station.lone.value;
    this.#slowdown = station.slowdown.value;
    this.#slowAbove = station.slowAbove.value;
    this.#mostAheadMs = admission.waitLimitActs.value === 'on-arrival' ? admission.waitLimit.value : Infinity;
    this.#clientMs = admission.clientTimeout.value;
    this.#batchSize = station.batcher?.maxSize.value ?? 1;
    this.#batchDelayMs = station.batcher?.maxDelay.value ?? 0;
    this.#scaler = station.autoscaler === null ? null : createScaler(station.autoscaler);
    this.#places = station.instances.value * workers;
    for (let i = 0; i < station.instances.value; i++) this.counts.start();
    this.counts.become(-Infinity, station.instances.value);
    if (this.#scaler !== null) this.#events.push(this.#scaler.periodMs, TICK);
  }

  get isBusy(): boolean {
    return this.#taken > 0 || this.#line.length > 0;
  }

  /** Machines are paid for whether they work or not. */
  readonly activeMs = 0;

  /** Those that are there count as made: a machine is rented for the run. */
  startCounting(nowMs: number): void {
    this.counts.restart(nowMs);
    this.counts.created = this.counts.live;
  }

  get nextMs(): number {
    return Math.min(this.#events.nextMs, this.#line.givesUpMs, this.#batchMs);
  }

  /** When a free worker takes what waits, though a batch is not full. */
  get #batchMs(): number {
    return this.#taken < this.#places ? this.#line.oldestMs + this.#batchDelayMs : Infinity;
  }

  advance(nowMs: number): void {
    for (;;) {
      const atMs = this.#events.nextMs;
      const leastMs = atMs < nowMs ? atMs : nowMs;
      // At the very moment of a give-up, a worker that becomes free still takes the call.
      if (this.#line.givesUpMs < atMs && this.#line.givesUpMs <= nowMs) this.#giveUp(this.#line.givesUpMs);
      else if (this.#batchMs <= leastMs) this.#serveWaiting(this.#batchMs);
      else if (atMs <= nowMs) this.#happen(atMs, this.#events.pop());
      else return;
    }
  }

  arrive(nowMs: number, seq: number, requests: number): void {
    this.advance(nowMs);
    this.#scaler?.arrived(requests);
    const line = this.#line;
    if (this.#batchSize === 1 && this.#taken < this.#places && line.length === 0) {
      this.#start(nowMs, this.#service(this.#seed, seq), requests);
      this.#answer(nowMs, nowMs, seq, requests);
      return;
    }
    const mustWait = this.#taken >= this.#places || this.#batchDelayMs > 0;
    if (mustWait && (line.isFull || (line.length * this.#meanMs) / this.#places > this.#mostAheadMs)) {
      this.#sink.ended(seq, requests, ENDED.throttled, nowMs + this.#network(this.#seed, seq), NaN, NaN, -1);
      return;
    }
    this.#scaler?.changes(nowMs, this.#taken, this.#places, line.length, this.counts.ready);
    line.join(nowMs, seq, requests);
    if (this.#batchSize > 1) this.#serveWaiting(nowMs);
  }

  #happen(nowMs: number, event: number): void {
    this.#scaler?.changes(nowMs, this.#taken, this.#places, this.#line.length, this.counts.ready);
    if (event === TICK) this.#scale(nowMs);
    else if (event >= READY) this.#addPlaces(nowMs, event - READY);
    else this.#taken--;
    this.#serveWaiting(nowMs);
  }

  /** As long as a worker is free, and a batch is full or has waited long enough. */
  #serveWaiting(nowMs: number): void {
    const line = this.#line;
    while (this.#taken < this.#places && line.length > 0) {
      if (line.length < this.#batchSize && line.oldestMs + this.#batchDelayMs > nowMs) return;
      this.#scaler?.changes(nowMs, this.#taken, this.#places, line.length, this.counts.ready);
      if (this.#batchSize > 1) this.#serveBatch(nowMs);
      else if (line.take(nowMs)) {
        this.#start(nowMs, this.#service(this.#seed, line.seq), line.requests);
        if (!line.wasGivenUp) this.#answer(nowMs, line.arrivedMs, line.seq, line.requests);
      }
    }
  }

  #responseMs = 0;
  #ranMs = 0;

  /** Takes a worker; how long a call of this many requests runs there, and how long its answer takes. */
  #start(nowMs: number, drawnMs: number, requests: number): void {
    let ranMs = drawnMs * (1 + this.#marginal * (requests - 1));
    if (this.#slowdown > 0 && this.#line.length >= this.#slowAbove) ranMs *= 1 + this.#slowdown;
    let responseMs = ranMs;
    if (this.#loneMs > this.#meanMs) responseMs = Math.max(ranMs, this.#loneMs);
    else if (this.#loneMs > 0 && this.#taken === 0) responseMs = ranMs *= this.#loneMs / this.#meanMs;
    this.#ranMs = ranMs;
    this.#responseMs = responseMs;
    this.#scaler?.changes(nowMs, this.#taken, this.#places, this.#line.length, this.counts.ready);
    this.#taken++;
    this.#events.push(nowMs + ranMs, DONE);
  }

  /** Of a call that was just started. */
  #answer(nowMs: number, arrivedMs: number, seq: number, requests: number): void {
    const doneMs = nowMs + this.#responseMs + this.#network(this.#seed, seq);
    const isLate = doneMs > arrivedMs + this.#clientMs;
    const outcome = isLate ? ENDED.timeout : ENDED.ok;
    this.#sink.ended(seq, requests, outcome, isLate ? arrivedMs + this.#clientMs : doneMs, this.#ranMs, NaN, -1);
  }

  /** The calls of a batch run together: their requests count as one call's. */
  #serveBatch(nowMs: number): void {
    const line = this.#line;
    const members: { seq: number; requests: number; arrivedMs: number; wasGivenUp: boolean }[] = [];
    let requests = 0;
    while (members.length < this.#batchSize && line.take(nowMs)) {
      const { seq, arrivedMs, wasGivenUp } = line;
      members.push({ seq, requests: line.requests, arrivedMs, wasGivenUp });
      requests += line.requests;
    }
    const [first] = members;
    if (first === undefined) return;
    this.#start(nowMs, this.#service(this.#seed, first.seq), requests);
    for (const one of members) if (!one.wasGivenUp) this.#answer(nowMs, one.arrivedMs, one.seq, one.requests);
  }

  #giveUp(nowMs: number): void {
    const line = this.#line;
    this.#scaler?.changes(nowMs, this.#taken, this.#places, line.length, this.counts.ready);
    line.giveUp();
    const { seq, requests } = line;
    if (line.bySystem)
      this.#sink.ended(seq, requests, ENDED.serverError, nowMs + this.#network(this.#seed, seq), NaN, NaN, -1);
    else this.#sink.ended(seq, requests, ENDED.timeout, nowMs, NaN, NaN, -1);
  }

  #scale(nowMs: number): void {
    const scaler = this.#scaler as Scaler;
    const counts = this.counts;
    const by = scaler.decide(nowMs, counts.ready, counts.live - counts.ready);
    this.#events.push(nowMs + scaler.periodMs, TICK);
    if (by > 0) {
      for (let i = 0; i < by; i++) counts.start();
      this.#events.push(nowMs + scaler.delayMs, READY + by);
    } else if (by < 0) {
      counts.live += by;
      this.#places += by * this.#workers;
      counts.become(nowMs, counts.ready + by);
    }
  }

  #addPlaces(nowMs: number, instances: number): void {
    this.#places += instances * this.#workers;
    this.counts.become(nowMs, this.counts.ready + instances);
  }
}
