import type { Backend } from '../backends/backend.js';
import type { CapacityReading } from '../cost-terms.js';
import { messageOf } from '../errors.js';
import type { KnownSecrets } from '../secrets/known-secrets.js';
import type { Prepared } from '../plan/prepare-run.js';
import { probeCapacity } from '../threads/probe-capacity.js';
import { openBackend } from '../loop/open-backend.js';
import { createSystemClock, type SystemClock } from '../time/system-clock.js';

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
  { plugin, options, secrets, payloads, record, request }: Prepared,
  clock: SystemClock,
  over: AbortSignal,
): Promise<readonly CapacityReading[]> {
  const { seed, timeoutMs } = request;
  const order = { options, payloads, shard: { index: 0, of: 1 }, runId: record.id, seed, timeoutMs };
  let backend: Backend | undefined;
  try {
    backend = await openBackend(plugin, order, clock, {
      hide: (secret) => {
        secrets.add(secret);
      },
    });
    return (await probeCapacity(backend, clock, over)).map((reading) => redactReading(reading, secrets));
  } catch (thrown) {
    return [redactReading({ atMs: clock.now(), failed: messageOf(thrown) }, secrets)];
  } finally {
    await backend?.close?.().catch(() => undefined);
    clock.close();
  }
}

/** What a service says of a failure may echo what it was sent. */
function redactReading(reading: CapacityReading, secrets: KnownSecrets): CapacityReading {
  return 'failed' in reading ? { ...reading, failed: secrets.hide(reading.failed) } : reading;
}
