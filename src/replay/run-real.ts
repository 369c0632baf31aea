import type { RunEnd, RunRecord } from '../run.js';
import type { SampleBatch } from '../sample.js';
import { createProber } from './capacity-prober.js';
import type { Conduct, Over } from './conduct.js';
import { runFleet } from './fleet.js';
import { measureHostUsage } from './host-usage.js';
import { countInFlight, inFlightMemory } from './in-flight.js';
import type { WorkerResources } from './messages.js';
import type { Prepared } from './prepare-run.js';
import { recordJson, RUN_FILES, writeWhole } from './run-folder.js';
import { stopper, takeBatches } from './stopper.js';
import { WATCH_MS } from './virtual-run.js';
import { workerOrder } from './worker-order.js';

/** The run on the system clock, in threads. */
export async function runReal(prepared: Prepared, { folder, log, fold, world, budget, gate }: Conduct): Promise<Over> {
  let record: RunRecord = prepared.record;
  const prober = createProber(prepared);
  const memory = inFlightMemory(record.workers);
  const now = (): number =>
    record.startMonotonicNs === 0 ? -1 : (Number(process.hrtime.bigint()) - record.startMonotonicNs) / 1e6;
  const stop = stopper(world.stop, log, now);
  const counts = { ok: 0, failed: 0 };
  const take = takeBatches(fold, log, stop);
  const hostUsage = measureHostUsage();
  const ticking = setInterval(() => {
    const { durationMs, planned } = record.plan;
    world.onProgress({ nowMs: now(), durationMs, planned, ...counts, inFlight: countInFlight(memory) });
  }, 1000);
  const watching =
    budget === undefined && gate === undefined
      ? undefined
      : setInterval(() => {
          if (budget?.(now()) === true) stop.overBudget();
          stop.thresholdFailed(gate?.(now()));
        }, WATCH_MS);
  try {
    const fleet = await runFleet({
      orders: Array.from({ length: record.workers }, (_, index) => workerOrder(prepared, index, memory)),
      onBatch: (batch) => {
        count(batch, counts);
        take(batch);
      },
      onStart: (startMonotonicNs) => {
        record = { ...record, startMonotonicNs: Number(startMonotonicNs) };
        prober?.start(startMonotonicNs);
        writeWhole(folder, RUN_FILES.record, recordJson(record));
      },
      now,
      stop: stop.signal,
      stoppedMs: () => stop.facts().stoppedMs ?? Infinity,
    });
    const endedMs = Math.max(0, now());
    const capacity = await prober?.end();
    const end: RunEnd = {
      endedMs,
      ...stop.facts(),
      crashes: fleet.crashes,
      complete: true,
      resources: { ...sumResources(fleet.resources), ...hostUsage() },
      ...(capacity === undefined || capacity.length === 0 ? {} : { capacity }),
    };
    return { record: { ...record, backendFacts: mergeFacts(fleet.facts), end }, trouble: stop.trouble() };
  } finally {
    clearInterval(ticking);
    clearInterval(watching);
    void prober?.end();
  }
}

function count({ rows, outcome }: SampleBatch, counts: { ok: number; failed: number }): void {
  let ok = 0;
  for (let i = 0; i < rows; i++) if (outcome[i] === 0) ok++;
  counts.ok += ok;
  counts.failed += rows - ok;
}

function sumResources(all: readonly WorkerResources[]): Record<string, number> {
  const sum = {
    workerCpuShareMax: Math.max(...all.map(({ cpuShare }) => cpuShare)),
    workerRunQueueMs: all.reduce((total, { runQueueMs }) => total + runQueueMs, 0),
    workerGcMs: all.reduce((total, { gcMs }) => total + gcMs, 0),
    workerGcMaxMs: Math.max(0, ...all.map(({ gcMaxMs }) => gcMaxMs)),
  };
  return Object.fromEntries(Object.entries(sum).filter(([, value]) => Number.isFinite(value)));
}

/** Numbers add up over workers; anything else is the first worker's. */
function mergeFacts(
  all: readonly Readonly<Record<string, string | number | boolean>>[],
): Record<string, string | number | boolean> {
  const merged: Record<string, string | number | boolean> = {};
  for (const facts of all) {
    for (const [name, value] of Object.entries(facts)) {
      const before = merged[name];
      merged[name] = typeof value === 'number' && typeof before === 'number' ? before + value : (before ?? value);
    }
  }
  return merged;
}
