import { counted } from '../text/counted.js';
import { cpuBudget } from '../host/cpu-budget.js';
import { Interrupted } from '../errors.js';
import type { RunEnd, RunRecord } from '../run.js';
import { createProber } from './capacity-prober.js';
import { clockNote } from '../time/clock-note.js';
import { collectForLong, collectYoung } from '../threads/warm/collect-garbage.js';
import { compileLess } from '../threads/warm/compile-less.js';
import type { Conduct, Over } from '../conclude/conduct.js';
import { detachOne } from '../threads/warm/detach-one.js';
import { doubtNote } from './doubt-note.js';
import { runFleet } from '../threads/fleet.js';
import { measureHostUsage, type HostUsage } from '../threads/host-usage.js';
import type { Breather } from '../threads/in-slices.js';
import { inFlightMemory } from '../loop/in-flight.js';
import { mergeFacts } from '../threads/merge-facts.js';
import { writeRecord } from '../run-folder/write-record.js';
import type { WorkerResources } from '../threads/messages.js';
import { keepYoungSize } from '../threads/warm/keep-young-size.js';
import type { Prepared } from '../plan/prepare-run.js';
import { progressMeter } from './progress-meter.js';
import { openRehearsalSinks } from './rehearsal-sinks.js';
import { repace } from './repace.js';
import { logBlocks, stopper, watcher, WATCH_MS } from './stopper.js';
import { stopsOf } from '../threads/stops-of.js';
import { type Stretch, watchStops } from '../threads/watch-stops.js';
import { workerOrder } from '../threads/worker-order.js';

/** A wake-up costs some 0.05 ms. */
const PAUSE_MS = 1;

/** The run on the system clock, in threads. */
export async function runReal(prepared: Prepared, conduct: Conduct): Promise<Over> {
  const { folder, log, fold, world } = conduct;
  let record: RunRecord = prepared.record;
  const prober = createProber(prepared);
  const memory = inFlightMemory(record.workers);
  const now = (): number =>
    record.startMonotonicNs === 0 ? -1 : (Number(process.hrtime.bigint()) - record.startMonotonicNs) / 1e6;
  const stop = stopper(world.stop, log, now);
  const meter = progressMeter(record, memory, (ms) => fold.soFar(ms));
  let hostUsage: () => HostUsage = () => ({});
  let ownStops: () => readonly Stretch[] = () => [];
  let wallStartMs = NaN;
  let stopTicking = (): void => undefined;
  const asUsual: (() => void)[] = [];
  let compileAsUsual = (): void => undefined;
  const breather = breatherFor(() => record.pacing.used);
  detachOne();
  collectForLong();
  const rehearsal = await openRehearsalSinks(prepared.record, breather);
  const rehearsalUsage = measureElapsedHostUsage();
  const watch = watcher(conduct, stop);
  const watching =
    watch &&
    setInterval(() => {
      watch(now());
    }, WATCH_MS);
  try {
    const fleet = await runFleet({
      secrets: prepared.secrets,
      orders: Array.from({ length: record.workers }, (_, index) => workerOrder(prepared, index, memory)),
      onBlock: logBlocks(log, stop),
      onSlice: (slice) => {
        fold.add(slice);
      },
      breather,
      onRehearsed: (block) => {
        rehearsal.take(block);
      },
      repace: (rehearsed) => {
        const better = repace(prepared.senders, { ...rehearsalUsage(), cpus: cpuBudget(), rehearsed });
        if (better !== undefined) record = { ...record, pacing: { ...record.pacing, ...better } };
        world.say(sendersText(record));
        return better?.used;
      },
      onYielded: (waitedShare) => {
        compileAsUsual();
        if (record.pacing.used !== 'economic')
          record = { ...record, pacing: yieldedPacing(record, waitedShare, now()) };
      },
      onStart: (startMonotonicNs) => {
        void rehearsal.close();
        world.onStart?.();
        asUsual.push(keepYoungSize());
        // A worker that sleeps between its wakes leaves the compiler a CPU.
        if (record.pacing.used === 'exact') asUsual.push((compileAsUsual = compileLess()));
        record = { ...record, startMonotonicNs: Number(startMonotonicNs) };
        hostUsage = measureHostUsage();
        ownStops = watchStops(now);
        wallStartMs = world.date().getTime() - now();
        record = { ...record, dueZeroAt: new Date(wallStartMs).toISOString() };
        prober?.start(startMonotonicNs);
        stopTicking = tickEachSecond(now, (ms) => {
          world.onProgress(meter.read(ms));
        });
        writeRecord(folder, record);
        collectYoung();
      },
      now,
      stop: stop.signal,
      hold: stop.hold,
      stoppedMs: () => stop.facts().stoppedMs ?? Infinity,
      lastDoneMs: record.plan.durationMs + record.plan.timeoutMs,
    });
    if (!fleet.started) throw new Interrupted();
    const endedMs = Math.max(0, now());
    const ended = world.date();
    world.onProgress(meter.read(endedMs, true));
    const capacity = await prober?.end();
    const end: RunEnd = {
      endedMs,
      endedAt: ended.toISOString(),
      ...stop.facts(),
      crashes: fleet.crashes,
      complete: true,
      resources: { ...sumResources(fleet.resources, record.pacing.used), ...hostUsage(), cpuBudget: cpuBudget() },
      stops: stopsOf([ownStops(), ...fleet.stops], endedMs),
      ...(capacity === undefined || capacity.length === 0 ? {} : { capacity }),
    };
    const backendFacts = mergeFacts(fleet.facts);
    const found = [clockNote(ended.getTime() - wallStartMs, endedMs), doubtNote(backendFacts)];
    const notes = [...record.notes, ...found.filter((note) => note !== undefined), ...new Set(fleet.complaints)];
    return { record: { ...record, notes, backendFacts, end }, trouble: stop.trouble() };
  } finally {
    void rehearsal.close();
    stop.close();
    for (const restore of asUsual) restore();
    stopTicking();
    ownStops();
    clearInterval(watching);
    void prober?.end();
  }
}

/** Only workers that spin are kept from a CPU by this thread; beside one that sleeps, pauses cost more than they spare. */
function breatherFor(pacing: () => string): Breather {
  return {
    isNeeded: () => pacing() === 'exact',
    now: () => Number(process.hrtime.bigint()) / 1e6,
    pause: () =>
      new Promise((resolve) => {
        setTimeout(resolve, PAUSE_MS);
      }),
  };
}

function measureElapsedHostUsage(): () => HostUsage & { readonly elapsedMs: number } {
  const usage = measureHostUsage();
  const fromMs = performance.now();
  return () => ({ ...usage(), elapsedMs: performance.now() - fromMs });
}

/** One line: who sends, how, and why. */
function sendersText({ workers, pacing: { used, why } }: RunRecord): string {
  return `${used} pacing, ${counted(workers, 'worker')}: ${why}`;
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

function sumResources(all: readonly WorkerResources[], pacing: string): Record<string, number> {
  const sum = {
    workers: all.length,
    spinningWorkers: pacing === 'exact' ? all.length : 0,
    workerCpuShareMax: Math.max(...all.map(({ cpuShare }) => cpuShare)),
    workerRunQueueMs: all.reduce((total, { runQueueMs }) => total + runQueueMs, 0),
    workerGcMs: all.reduce((total, { gcMs }) => total + gcMs, 0),
    workerGcMaxMs: Math.max(0, ...all.map(({ gcMaxMs }) => gcMaxMs)),
  };
  return Object.fromEntries(Object.entries(sum).filter(([, value]) => Number.isFinite(value)));
}

/** The pacing of a run in which a worker stopped spinning. */
function yieldedPacing({ pacing }: RunRecord, waitedShare: number, nowMs: number): RunRecord['pacing'] {
  const waited = `a worker had waited ${(waitedShare * 100).toFixed(0)} % of the time for its CPU`;
  return { ...pacing, used: 'economic', why: `exact until ${(nowMs / 1000).toFixed(1)} s after the start: ${waited}` };
}
