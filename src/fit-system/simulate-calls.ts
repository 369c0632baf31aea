import { billedMs, handlerMs } from '../systems/billed-ms.js';
import { createStation } from '../systems/create-station.js';
import { billedTimeOf } from '../systems/simulate.js';
import type { Sink } from '../systems/station.js';
import type { SimulatedSystem } from '../systems/system.js';
import type { ObservedCalls, Timeline } from './observed.js';

/** What a system answers to the calls of a timeline: the same columns. */
export function simulateCalls(
  system: SimulatedSystem,
  timeline: Timeline,
  seed: number,
  rule = billedTimeOf(system, {}),
): ObservedCalls {
  const { calls } = timeline;
  const asked = inScenario(system, timeline);
  const bill: Bill =
    rule === null
      ? () => NaN
      : (ranMs, startMs) => billedMs(rule, handlerMs(ranMs, startMs, asked.meter.startShare.value), startMs);
  const sink = new ColumnSink(calls.atMs, asked.station.kind === 'pool', bill);
  const station = createStation(asked, seed, sink, rule);
  for (let i = 0; i < calls.count; i++) station.arrive(calls.atMs[i] as number, i, 1);
  while (station.isBusy) station.advance(station.nextMs);
  return sink;
}

/** The client of the runs, and the instances that it met. */
function inScenario(system: SimulatedSystem, { timeoutMs, warm }: Timeline): SimulatedSystem {
  const { station, admission, initial } = system;
  const { clientTimeout } = admission;
  const idle = station.kind === 'pool' ? Math.max(0, warm - station.minimum.value - station.provisioned.value) : 0;
  return {
    ...system,
    admission: { ...admission, clientTimeout: { ...clientTimeout, value: Math.min(clientTimeout.value, timeoutMs) } },
    initial: { ...initial, warm: { ...initial.warm, value: idle } },
  };
}

type Bill = (ranMs: number, startMs: number) => number;

const WARM = 1;
const COLD = 2;

class ColumnSink implements Sink, ObservedCalls {
  readonly count: number;
  readonly atMs: Float64Array;
  readonly latencyMs: Float64Array;
  readonly outcome: Uint8Array;
  readonly cold: Uint8Array;
  readonly toldMs: Float64Array;
  readonly startMs: Float64Array;
  readonly billedMs: Float64Array;
  readonly #isPool: boolean;
  readonly #bill: Bill;

  constructor(atMs: Float64Array, isPool: boolean, bill: Bill) {
    this.count = atMs.length;
    this.atMs = atMs;
    this.#isPool = isPool;
    this.#bill = bill;
    const column = (): Float64Array => new Float64Array(atMs.length).fill(NaN);
    this.latencyMs = column();
    this.toldMs = column();
    this.startMs = column();
    this.billedMs = column();
    this.outcome = new Uint8Array(atMs.length);
    this.cold = new Uint8Array(atMs.length);
  }

  ended(seq: number, _requests: number, outcome: number, doneMs: number, ranMs: number, startMs: number): void {
    this.latencyMs[seq] = doneMs - (this.atMs[seq] as number);
    this.outcome[seq] = outcome;
    if (Number.isNaN(ranMs)) return;
    this.toldMs[seq] = ranMs;
    if (!this.#isPool) return;
    this.cold[seq] = Number.isNaN(startMs) ? WARM : COLD;
    this.startMs[seq] = startMs;
    this.billedMs[seq] = this.#bill(ranMs, startMs);
  }
}
