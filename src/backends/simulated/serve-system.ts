import type { ColdStart, Failure, Outcome, Usage } from '../../sample.js';
import { coldStartTimes } from '../../systems/cold-start-times.js';
import { createStation } from '../../systems/create-station.js';
import { EventHeap } from '../../systems/event-heap.js';
import { sentMs } from '../../systems/send-times.js';
import { billedTimeOf } from '../../systems/simulate.js';
import { ENDED, type Sink, type Station } from '../../systems/station.js';
import type { SimulatedSystem } from '../../systems/system.js';
import { usageOf, type UsageOf } from '../../systems/usage-of.js';
import type { Backend, BackendContext, BatchCall, Call } from '../backend.js';
import type { LoadedSystem } from './load-system.js';

/** The state machine of `simulateDraw`, moved on by the calls of a run and by its clock. */
export function serveSystem(loaded: LoadedSystem, context: BackendContext): Backend {
  return new SystemBackend(loaded, context);
}

class SystemBackend implements Backend, Sink {
  readonly #system: SimulatedSystem;
  readonly #after: LoadedSystem['after'];
  readonly #clock: BackendContext['clock'];
  readonly #seed: number;
  readonly #usageOf: UsageOf | null;
  /** Shared with the client that reads the capacity. */
  readonly #ready: Int32Array;
  #made: Station | undefined;
  /** Calls whose end is not certain yet, but that which arrives now: the end of most is certain at once. */
  readonly #waiting = new Map<number, Place>();
  #arriving: Place | undefined;
  /** Answers on their way, by the moment at which the client has them. */
  readonly #due = new EventHeap();
  /** Used again and again: a run makes no object for a request. */
  readonly #places: Place[] = [];
  readonly #vacant: Place[] = [];
  readonly #told = new Told();
  #wakesMs = Infinity;
  #lastMs = -Infinity;
  #isClosed = false;

  constructor({ system, after, ready }: LoadedSystem, { clock, seed }: BackendContext) {
    this.#system = system;
    this.#after = after;
    this.#clock = clock;
    this.#seed = seed;
    this.#ready = ready;
    const { station, meter } = system;
    const stages = station.kind === 'pool' ? coldStartTimes(station.coldStart).stages : undefined;
    this.#usageOf = station.kind === 'pool' ? usageOf(meter, billedTimeOf(system, {}), seed, stages) : null;
  }

  invoke(call: Call): 'settles' {
    this.#send(call, 1);
    return 'settles';
  }

  invokeBatch(call: BatchCall): 'settles' {
    this.#send(call, call.payloads.length);
    return 'settles';
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what fails is a rejection
  async probe(): Promise<readonly { kind: string; count: number }[]> {
    this.#made?.advance(this.#nowMs());
    this.#tellReady();
    const { station, meter } = this.#system;
    const kind =
      meter.billing.machine?.startsWith('aws:') === true || meter.billing.machine?.startsWith('gcp:') === true
        ? 'machines'
        : 'instances';
    const provisioned = station.kind === 'pool' ? station.provisioned.value : 0;
    const told = [{ kind, count: Atomics.load(this.#ready, 0) }];
    return provisioned === 0 ? told : [...told, { kind: 'provisioned-concurrency:allocated', count: provisioned }];
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  /** Made for the first call: the client that only reads the capacity needs none. */
  get #station(): Station {
    return (this.#made ??= createStation(this.#system, this.#seed, this, billedTimeOf(this.#system, {}), this.#after));
  }

  /** Never back: a call may have been handed over before another thing was noticed. */
  #nowMs(ms = this.#clock.now()): number {
    return (this.#lastMs = Math.max(this.#lastMs, ms));
  }

  #send(call: Call, requests: number): void {
    const atMs = sentMs(this.#system.sender, call.seq, call.handedMs);
    if (atMs <= call.handedMs) this.#arrive(call, requests, call.handedMs);
    else
      this.#clock.at(atMs, () => {
        this.#arrive(call, requests, this.#clock.now());
      });
  }

  #arrive(call: Call, requests: number, sent: number): void {
    const place = this.#vacant.pop() ?? this.#addPlace();
    place.call = call;
    place.sentMs = sent;
    this.#arriving = place;
    this.#station.arrive(this.#nowMs(sent), call.seq, requests);
    this.#keepArriving(call.seq);
    this.#tellReady();
    this.#wakeUp();
  }

  ended(
    seq: number,
    _requests: number,
    outcome: number,
    doneMs: number,
    ranMs: number,
    startMs: number,
    serial: number,
  ): void {
    if (seq < 0) return;
    const place = this.#takeWaiting(seq);
    if (place === undefined) return;
    place.outcome = outcome;
    place.doneMs = doneMs;
    place.ranMs = ranMs;
    place.startMs = startMs;
    place.serial = serial;
    this.#due.push(doneMs, place.index);
  }

  /** What was not taken meanwhile waits. */
  #keepArriving(seq: number): void {
    if (this.#arriving === undefined) return;
    this.#waiting.set(seq, this.#arriving);
    this.#arriving = undefined;
  }

  #takeWaiting(seq: number): Place | undefined {
    const arriving = this.#arriving;
    if (arriving?.call?.seq === seq) {
      this.#arriving = undefined;
      return arriving;
    }
    const place = this.#waiting.get(seq);
    this.#waiting.delete(seq);
    return place;
  }

  #addPlace(): Place {
    const place = new Place(this.#places.length);
    this.#places.push(place);
    return place;
  }

  /** Sees to it that the clock wakes us for the next answer, and for what may decide a call. */
  #wakeUp(): void {
    const decidesMs = this.#waiting.size === 0 ? Infinity : this.#station.nextMs;
    const nextMs = Math.min(this.#due.nextMs, decidesMs);
    if (nextMs >= this.#wakesMs || this.#isClosed) return;
    this.#wakesMs = nextMs;
    this.#clock.at(nextMs, this.#woken);
  }

  /** One function for all wakes: of several at one moment, the first does it all. */
  readonly #woken = (): void => {
    if (this.#wakesMs <= this.#clock.now()) this.#wakesMs = Infinity;
    this.#happen();
  };

  #happen(): void {
    if (this.#isClosed) return;
    const nowMs = this.#nowMs();
    this.#station.advance(nowMs);
    this.#tellReady();
    while (this.#due.nextMs <= nowMs) {
      const place = this.#places[this.#due.pop()] as Place;
      const { call } = place;
      place.call = undefined;
      this.#vacant.push(place);
      call?.settle(this.#outcomeOf(place, nowMs));
    }
    this.#wakeUp();
  }

  /** The caller reads it before the next call reports. */
  #outcomeOf({ sentMs, outcome, ranMs, startMs, serial, doneMs }: Place, nowMs: number): Outcome {
    const told = this.#told;
    const ran = !Number.isNaN(ranMs);
    told.ok = outcome === ENDED.ok;
    told.failure = FAILURE_OF[outcome];
    told.detail = DETAIL_OF[outcome];
    told.sentMs = sentMs;
    told.doneMs = nowMs;
    told.doneEarliestMs = Math.max(sentMs, doneMs);
    told.serverMs = ran ? ranMs : undefined;
    // A server says nothing of itself.
    const usageOf = ran ? this.#usageOf : null;
    told.coldStart = usageOf === null ? 'unknown' : Number.isNaN(startMs) ? 'warm' : 'cold';
    told.usage = usageOf === null ? undefined : usageOf(ranMs, startMs, serial);
    return told as Outcome;
  }

  #tellReady(): void {
    if (this.#made !== undefined) Atomics.store(this.#ready, 0, this.#made.counts.ready);
  }
}

/** What is known of a call that is not answered. */
class Place {
  call: Call | undefined;
  sentMs = 0.5;
  outcome = 0;
  doneMs = 0.5;
  ranMs = 0.5;
  startMs = 0.5;
  serial = 0;
  constructor(readonly index: number) {}
}

/** An outcome of any kind. */
class Told {
  ok = true;
  failure: Failure | undefined;
  detail: string | undefined;
  sentMs = 0.5;
  doneMs = 0.5;
  doneEarliestMs = 0.5;
  serverMs: number | undefined;
  coldStart: ColdStart = 'unknown';
  usage: Usage | undefined;
}

/** By `ENDED`. */
const FAILURE_OF: readonly (Failure | undefined)[] = [undefined, 'throttled', 'timeout', 'server-error'];
const DETAIL_OF: readonly (string | undefined)[] = [
  undefined,
  'refused: more than the system admits',
  'the client gave up (admission.clientTimeout)',
  'waited too long (admission.waitLimit)',
];
