import type { InFlightMemory } from '../loop/in-flight.js';
import type { ClientOrder } from '../loop/open-backend.js';
import type { WorkerOrder } from './messages.js';
import type { Prepared } from '../plan/prepare-run.js';

/** What one thread of the run is born with. */
export function workerOrder(prepared: Prepared, index: number, memory: InFlightMemory): WorkerOrder {
  const { request, record } = prepared;
  return {
    store: request.trace.store,
    window: prepared.window,
    shard: { index, of: record.workers },
    pluginUrl: prepared.pluginUrl,
    ...(prepared.foreign === undefined ? {} : { foreign: prepared.foreign }),
    options: prepared.options,
    payloads: prepared.payloads,
    runId: record.id,
    seed: request.seed,
    pacing: prepared.senders.used,
    yields: prepared.senders.asked === 'auto',
    timeoutMs: request.timeoutMs,
    rehearsals: rehearsals(record.plan.duePerSecond, record.workers),
    ...(record.plan.metrics === undefined ? {} : { metricNames: record.plan.metrics.map(({ name }) => name) }),
    columns: record.plan.columns ?? [],
    inFlight: { memory, limit: record.plan.maxInFlight.limit },
  };
}

/** The part of an order that its backend is opened with. */
export function clientOf({
  store,
  window,
  options,
  payloads,
  shard,
  runId,
  seed,
  timeoutMs,
}: WorkerOrder): ClientOrder {
  const { columns } = store;
  return { options, payloads, shard, runId, seed, timeoutMs, batchSize: window.batching?.size, columns };
}

const LEAST_REHEARSALS = 500;
/** Of each worker. */
const MOST_REHEARSALS = 10_000;
const REHEARSED_SECONDS = 10;

/** As many as some of the busiest seconds hold: code is compiled for what is called often, and at low rates nothing is. */
function rehearsals(duePerSecond: readonly number[], workers: number): number {
  const busiest = duePerSecond.reduce((most, due) => Math.max(most, due), 0) / workers;
  return Math.ceil(Math.min(Math.max(REHEARSED_SECONDS * busiest, LEAST_REHEARSALS), MOST_REHEARSALS));
}
