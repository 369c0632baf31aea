import type { RunContext } from '../conclude/run-context.js';
import type { InFlightMemory } from '../loop/in-flight.js';
import type { Prepared } from '../plan/prepare-run.js';
import type { RunRecord } from '../run.js';
import { writeRecord } from '../run-folder/write-record.js';
import { measureHostUsage, type HostUsage } from '../threads/host-usage.js';
import { type Stretch, watchStops } from '../threads/watch-stops.js';
import { createProber, type Prober } from './capacity-prober.js';
import { type ProgressMeter, progressMeter } from './progress-meter.js';

export interface Starting {
  readonly prepared: Prepared;
  readonly context: RunContext;
  readonly memory: InFlightMemory;
  readonly pacing: RunRecord['pacing'];
  /** Due 0 on CLOCK_MONOTONIC. */
  readonly startMonotonicNs: bigint;
}

/** A run that goes on, and what is measured beside it. */
export interface StartedRun {
  /** As it was written at the start. */
  readonly record: RunRecord;
  /** Ms since due 0. */
  readonly now: () => number;
  /** Due 0 by the wall clock, ms since 1970. */
  readonly wallStartMs: number;
  readonly meter: ProgressMeter;
  readonly prober: Prober | undefined;
  /** Since the start. */
  readonly hostUsage: () => HostUsage;
  /** When this thread was stopped; ends the watching. */
  readonly ownStops: () => readonly Stretch[];
  /** Ends all that goes on beside the run. */
  close(): void;
}

/** What is done while the workers wait for due 0, 100 ms ahead: the record is written, and the watching begins. */
export function startRun({ prepared, context, memory, pacing, startMonotonicNs }: Starting): StartedRun {
  const { folder, fold, world } = context;
  const startNs = Number(startMonotonicNs);
  const now = (): number => (Number(process.hrtime.bigint()) - startNs) / 1e6;
  world.onStart?.();
  const hostUsage = measureHostUsage();
  const ownStops = watchStops(now);
  const wallStartMs = world.date().getTime() - now();
  const dueZeroAt = new Date(wallStartMs).toISOString();
  const record = { ...prepared.record, pacing, startMonotonicNs: startNs, dueZeroAt };
  const meter = progressMeter(record, memory, (ms) => fold.soFar(ms));
  const stopTicking = tickEachSecond(now, (ms) => {
    world.onProgress(meter.read(ms));
  });
  const prober = createProber(prepared);
  const close = (): void => {
    stopTicking();
    ownStops();
    void prober?.end();
  };
  try {
    prober?.start(startMonotonicNs);
    writeRecord(folder, record);
  } catch (thrown) {
    close();
    throw thrown;
  }
  return { record, now, wallStartMs, meter, prober, hostUsage, ownStops, close };
}

/** At whole seconds of the run's clock: there it is known exactly what was due. Returns what ends it. */
function tickEachSecond(now: () => number, tick: (nowMs: number) => void): () => void {
  // A timer that fires a little early belongs to the second that it was for.
  const nextMs = (nowMs: number): number => (Math.round(nowMs / 1000) + 1) * 1000;
  const next = (): NodeJS.Timeout => {
    const nowMs = now();
    return setTimeout(
      () => {
        tick(now());
        timer = next();
      },
      nextMs(nowMs) - nowMs,
    );
  };
  let timer = next();
  return () => {
    clearTimeout(timer);
  };
}
