import type { Backend } from '../backends/backend.js';
import type { Clock } from '../clock.js';
import type { Subject } from './contract-subject.js';

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
  const table = payloads.length > 0 ? payloads : (made?.payloads ?? []);
  const context = {
    clock,
    payloads: table,
    worker: 0,
    workers: 1,
    runId: 'contract',
    seed: 1,
    virtual,
    ...batches,
  };
  const backend = await plugin.create(made === undefined ? parsed : made.options, context);
  await backend.prepare?.(signal);
  return backend;
}
