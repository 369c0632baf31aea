import type { BackendPlugin } from '../backends/backend.js';
import type { SampleBatch } from '../sample.js';
import { createInFlight, inFlightMemory } from './in-flight.js';
import type { WorkerOrder } from './messages.js';
import { createRecorder } from './recorder.js';
import { replayShard } from './replay-shard.js';
import { schedule } from './schedule.js';
import { createVirtualClock } from './virtual-clock.js';

/** The same loop on this thread in virtual time: no waiting, no chance. Resolves with the time it ended and the backend's facts. */
export async function virtualRun(
  plugin: BackendPlugin,
  order: WorkerOrder,
  onBatch: (batch: SampleBatch) => void,
  stop: AbortSignal,
): Promise<{ readonly endedMs: number; readonly facts: Readonly<Record<string, string | number | boolean>> }> {
  const clock = createVirtualClock();
  const { payloads, runId, seed } = order;
  const backend = await plugin.create(order.options, {
    clock,
    payloads,
    worker: 0,
    workers: 1,
    runId,
    seed,
    virtual: true,
  });
  const recorder = createRecorder(0, onBatch);
  const everything = async (): Promise<void> => {
    await backend.prepare?.(stop);
    await replayShard({
      schedule: schedule(order.store, order.window, { index: 0, of: 1 }),
      clock,
      backend,
      recorder,
      inFlight: createInFlight(inFlightMemory(1), 0, order.inFlight.limit),
      timeoutMs: order.timeoutMs,
      stop,
    });
  };
  await clock.drive(everything());
  recorder.flush();
  const facts = backend.facts?.() ?? {};
  await backend.close?.();
  return { endedMs: clock.now(), facts };
}
