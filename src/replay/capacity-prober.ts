import type { Backend } from '../backends/backend.js';
import type { CapacityReading } from '../cost-terms.js';
import { messageOf } from '../errors.js';
import type { Prepared } from './prepare-run.js';
import { probeCapacity } from './probe-capacity.js';
import { createSystemClock, type SystemClock } from './system-clock.js';

/** Reads what is provisioned while the run goes on. */
export interface Prober {
  start(startMonotonicNs: bigint): void;
  /** Reads once more. */
  end(): Promise<readonly CapacityReading[]>;
}

/** Only a service that costs by the hour is asked what is provisioned, by a client on this thread. */
export function createProber(prepared: Prepared): Prober | undefined {
  const { billing } = prepared.record.cost;
  if (billing?.model !== 'hourly') return undefined;
  const over = new AbortController();
  let readings: Promise<readonly CapacityReading[]> = Promise.resolve([]);
  return {
    start(startMonotonicNs) {
      const clock = createSystemClock('exact');
      clock.startAt(startMonotonicNs);
      readings = readToTheEnd(prepared, clock, over.signal);
    },
    end() {
      over.abort();
      return readings;
    },
  };
}

async function readToTheEnd(
  { plugin, options, payloads, record, request }: Prepared,
  clock: SystemClock,
  over: AbortSignal,
): Promise<readonly CapacityReading[]> {
  const context = { clock, payloads, worker: 0, workers: 1, runId: record.id, seed: request.seed, virtual: false };
  let backend: Backend | undefined;
  try {
    backend = await plugin.create(options, context);
    return await probeCapacity(backend, clock, over);
  } catch (thrown) {
    return [{ atMs: clock.now(), failed: messageOf(thrown) }];
  } finally {
    await backend?.close?.().catch(() => undefined);
    clock.close();
  }
}
