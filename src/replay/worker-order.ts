import type { InFlightMemory } from './in-flight.js';
import type { WorkerOrder } from './messages.js';
import type { Prepared } from './prepare-run.js';

/** What one thread of the run is born with. */
export function workerOrder(prepared: Prepared, index: number, memory: InFlightMemory): WorkerOrder {
  const { request, record } = prepared;
  return {
    store: request.trace.store,
    window: prepared.window,
    shard: { index, of: record.workers },
    pluginUrl: prepared.pluginUrl,
    options: prepared.options,
    payloads: prepared.payloads,
    runId: record.id,
    seed: request.seed,
    pacing: prepared.pacing.used,
    timeoutMs: request.timeoutMs,
    inFlight: { memory, limit: record.plan.maxInFlight.limit },
  };
}
