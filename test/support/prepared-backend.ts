import type { Backend, BackendPlugin, Call, RawOptions } from '#src/backends/backend';
import type { Payload } from '#src/trace';
import { realClock } from '../backends/shared/real-clock.js';

/** One worker's client as a run would make it, ready to invoke. */
export async function preparedBackend<O>(
  plugin: BackendPlugin<O>,
  raw: RawOptions,
  payloads: readonly Payload[] = [],
): Promise<Backend> {
  const options = plugin.parseOptions(raw);
  const signal = new AbortController().signal;
  await plugin.setUp?.(options, { payloads, mostInFlight: 1000, progress: () => undefined, env: {}, signal });
  const context = { worker: 0, workers: 1, runId: 'r', seed: 1, virtual: false };
  const backend = await plugin.create(options, { ...context, clock: realClock(), payloads });
  await backend.prepare?.(signal);
  return backend;
}

export function call(payload = 0, signal: AbortSignal = new AbortController().signal): Call {
  return { seq: 0, dueMs: 0, handedMs: 0, payload, signal, onAbort: () => undefined };
}

export function json(text: string): Payload {
  return { kind: 'bytes', contentType: 'application/json', bytes: Buffer.from(text) };
}
