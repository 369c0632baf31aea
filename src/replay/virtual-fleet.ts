import { WATCH_MS } from './stopper.js';
import type { BackendPlugin } from '../backends/backend.js';
import type { CapacityReading } from '../cost-terms.js';
import type { SampleBlock } from '../sample.js';
import { checkInvokeBatch } from '../loop/check-invoke-batch.js';
import { clockBound } from '../loop/clock-bound.js';
import { createInFlight, inFlightMemory } from '../loop/in-flight.js';
import { endBackend, tellableEnd } from '../threads/end-backend.js';
import type { WorkerOrder } from '../threads/messages.js';
import { probeCapacity } from './probe-capacity.js';
import { createRecorder } from '../loop/recorder.js';
import { replayShard } from '../loop/replay-shard.js';
import { schedule } from '../loop/schedule.js';
import type { KnownSecrets } from '../secrets/known-secrets.js';
import { createVirtualClock } from '../time/virtual-clock.js';

export interface VirtualEnd {
  readonly endedMs: number;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  /** What failed at its end; sentences. */
  readonly complaints: readonly string[];
  readonly capacity: readonly CapacityReading[];
}

export interface VirtualRun {
  /** Those that the backend names are added. */
  readonly secrets: KnownSecrets;
  readonly stop: AbortSignal;
  readonly hold: AbortSignal;
  /** The backend is ready. */
  readonly onStart?: () => void;
}

/**
 * The same loop on this thread in virtual time: no waiting, no chance. Resolves with the time it ended and the backend's facts.
 * `watch` is called every `WATCH_MS`, after everything recorded was handed over.
 */
export async function runVirtualFleet(
  plugin: BackendPlugin,
  order: WorkerOrder,
  onBlock: (block: SampleBlock) => void,
  { secrets, stop, hold, onStart }: VirtualRun,
  watch?: (nowMs: number) => void,
): Promise<VirtualEnd> {
  const clock = createVirtualClock();
  const { payloads, runId, seed } = order;
  const { batching } = order.window;
  const backend = await plugin.create(order.options, {
    clock: clock.ofBackend,
    payloads,
    worker: 0,
    workers: 1,
    runId,
    seed,
    virtual: true,
    hide: (secret) => {
      secrets.add(secret);
    },
    ...(batching === undefined ? {} : { batchSize: batching.size }),
  });
  if (batching !== undefined) checkInvokeBatch(plugin.name, backend);
  const emit = (block: SampleBlock): void => {
    onBlock(secrets.tellable(block));
  };
  const recorder = createRecorder(0, emit, [], order.metricNames);
  const over = new AbortController();
  const bound = clockBound(plugin.name, clock, createInFlight(inFlightMemory(1), 0, order.inFlight.limit));
  const everyTick = async (): Promise<void> => {
    for (let dueMs = WATCH_MS; ; dueMs += WATCH_MS) {
      await clock.until(dueMs, over.signal);
      if (over.signal.aborted) return;
      recorder.flush();
      watch?.(clock.now());
    }
  };
  const everything = async (): Promise<readonly CapacityReading[]> => {
    await backend.prepare?.(stop);
    onStart?.();
    const capacity = probeCapacity(backend, clock, over.signal);
    if (watch !== undefined) void everyTick();
    await replayShard({
      schedule: schedule(order.store, order.window, { index: 0, of: 1 }),
      clock,
      backend,
      recorder,
      inFlight: bound.inFlight,
      timeoutMs: order.timeoutMs,
      stop,
      hold,
    });
    over.abort();
    return capacity;
  };
  const capacity = await clock.drive(everything(), bound.beforeJump);
  recorder.flush();
  return { endedMs: clock.now(), ...tellableEnd(await endBackend(backend), secrets), capacity };
}
