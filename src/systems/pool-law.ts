import { coldStartTimes } from './cold-start-times.js';
import { samplerOf, type Sampler } from './sampler-of.js';
import type { Pool, SimulatedSystem } from './system.js';
import { PURPOSE, uniformAt } from './uniform-at.js';

/** The numbers of a pool, and its random times: each depends on the seed and on the call or instance alone. */
export class PoolLaw {
  readonly #seed: number;
  readonly #service: Sampler;
  readonly #network: Sampler;
  readonly #startTime: Sampler;
  readonly #marginal: number;
  readonly #idleMs: number;
  readonly contention: number;
  readonly clientMs: number;
  readonly isBound: boolean;
  /** Calls that wait for each start. */
  readonly callsPerStart: number;
  readonly mostInside: number;
  readonly mostInstances: number;
  readonly startGapMs: number;
  readonly isMemoryless: boolean;

  constructor({ admission, station, network }: SimulatedSystem & { readonly station: Pool }, seed: number) {
    this.#seed = seed;
    this.#service = samplerOf(station.service.time, PURPOSE.service, station.concurrency.value);
    this.#network = samplerOf(network.roundTrip, PURPOSE.network);
    this.#startTime = coldStartTimes(station.coldStart).ofInstance;
    this.#marginal = station.service.batchMarginal.value;
    this.#idleMs = station.idleLifetime.value;
    this.contention = station.contention.value;
    this.clientMs = admission.clientTimeout.value;
    this.isBound = station.start.value === 'bound';
    this.callsPerStart = Number(station.waitingPerStart.value) * station.concurrency.value;
    this.mostInside = station.concurrencyLimit.value;
    this.mostInstances = Math.ceil(station.concurrencyLimit.value / station.concurrency.value);
    this.startGapMs = 1000 / station.startRate.value;
    this.isMemoryless = station.idleLaw.value === 'exponential';
  }

  /** Time in service of a call, alone in its instance. */
  ranMs(seq: number, requests: number): number {
    return this.#service(this.#seed, seq) * (1 + this.#marginal * (requests - 1));
  }

  networkMs(seq: number): number {
    return this.#network(this.#seed, seq);
  }

  /** How long this instance takes to start. */
  startMs(serial: number): number {
    return this.#startTime(this.#seed, serial);
  }

  /** How long this instance may be idle. */
  idleBudgetMs(serial: number): number {
    return this.isMemoryless ? -Math.log(uniformAt(this.#seed, serial, PURPOSE.idle)) * this.#idleMs : this.#idleMs;
  }
}
