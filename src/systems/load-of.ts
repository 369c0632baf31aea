import type { DrawLoad } from './draw-summary.js';
import { meanOf } from './sampler-of.js';
import type { SimulatedSystem } from './system.js';

/** Long enough that chance moves the load of a window by a few percent only. */
const WINDOW_MS = 30_000;

/** What is asked of a system at its start, beside what it can do. */
export function loadOf({ station }: SimulatedSystem, dueMs: Float64Array): DrawLoad {
  const perPlace = station.kind === 'server' ? station.workers.value : station.concurrency.value;
  const places = station.kind === 'server' ? station.instances.value * perPlace : station.concurrencyLimit.value;
  const last = dueMs[dueMs.length - 1];
  if (places === Infinity || last === undefined) return { windowMs: WINDOW_MS, maxRho: null, nearSaturation: 0 };
  const counts = new Float64Array(Math.floor(last / WINDOW_MS) + 1);
  for (const ms of dueMs) {
    const window = Math.max(0, Math.floor(ms / WINDOW_MS));
    counts[window] = (counts[window] as number) + 1;
  }
  const rhoOf = (count: number): number => (count * meanOf(station.service.time, perPlace)) / (places * WINDOW_MS);
  const near = counts.reduce((sum, count) => (Math.abs(rhoOf(count) - 1) < 0.1 ? sum + count : sum), 0);
  return {
    windowMs: WINDOW_MS,
    maxRho: rhoOf(counts.reduce((most, count) => Math.max(most, count), 0)),
    nearSaturation: near / dueMs.length,
  };
}
