import type { Backend } from '../backends/backend.js';
import type { Clock } from '../clock.js';
import { openBackend } from '../loop/open-backend.js';
import type { Subject } from './contract-subject.js';

/** How long a call may take. */
const TIMEOUT_MS = 30_000;

/** Set up, created and prepared, as a worker does it. */
export async function openedBackend(
  { plugin, options, payloads, batchSize }: Subject,
  clock: Clock,
  signal: AbortSignal,
  virtual = false,
): Promise<Backend> {
  const batches = batchSize === undefined ? {} : { batchSize };
  const parsed = plugin.parseOptions(options);
  const made = await plugin.setUp?.(parsed, {
    payloads,
    mostInFlight: 1000,
    progress: () => undefined,
    env: {},
    signal,
    ...batches,
  });
  const order = {
    options: made === undefined ? parsed : made.options,
    payloads: payloads.length > 0 ? payloads : (made?.payloads ?? []),
    shard: { index: 0, of: 1 },
    runId: 'contract',
    seed: 1,
    timeoutMs: TIMEOUT_MS,
    batchSize,
  };
  const backend = await openBackend(plugin, order, clock, { virtual, hide: () => undefined });
  await backend.prepare?.(signal);
  return backend;
}
