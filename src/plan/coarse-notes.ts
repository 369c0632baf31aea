import { readArrivals } from '../trace-file/arrival-store.js';
import { StampResolutionFinder } from '../trace-file/stamp-resolution.js';
import type { ArrivalStore } from '../trace.js';

/** Stamps coarser than this change latency by more than the generator may. */
const COARSE_MS = 10;
/** Below this share of arrivals at the time of another one, the stamps do not form bursts. */
const FEW_SHARED = 0.01;
const LEAST_ARRIVALS = 20;

/** What a reader of the report should know of a trace whose arrivals were stamped by a coarse clock. */
export function coarseNotes(store: ArrivalStore): readonly string[] {
  const finder = new StampResolutionFinder();
  for (const { atMs } of readArrivals(store)) {
    finder.add(atMs);
    if (!finder.mayBeAtLeast(COARSE_MS)) return [];
  }
  const found = finder.result();
  if (found === undefined || store.count < LEAST_ARRIVALS || found.shared < FEW_SHARED * store.count) return [];
  return [
    `All ${String(store.count)} arrivals of the trace lie whole multiples of ${lengthOf(found.resolutionMs)} apart, and up to ${String(found.mostAtOnce)} come at once. If a coarse clock stamped them, such bursts are its own, and latency is higher than with the real traffic; replay trace jitter spreads them.`,
  ];
}

function lengthOf(ms: number): string {
  return ms < 1000 ? `${String(ms)} ms` : ms < 60_000 ? `${String(ms / 1000)} s` : ms < 3_600_000 ? '1 min' : '1 h';
}
