import type { BackendPlugin, BatchCall, Call, RawOptions } from '#src/backends/backend';
import type { Payload } from '#src/trace';
import { realClock } from '../backends/wire/real-clock.js';
import { asked, type Asked } from './asked.js';

/** One worker's client as a run would make it, ready to invoke. */
export async function preparedBackend<O>(
  plugin: BackendPlugin<O>,
  raw: RawOptions,
  payloads: readonly Payload[] = [],
  batches: { readonly batchSize?: number } = {},
): Promise<Asked> {
  const options = plugin.parseOptions(raw);
  const signal = new AbortController().signal;
  const setUp = { payloads, mostInFlight: 1000, progress: () => undefined, env: {}, signal, ...batches };
  const used = (await plugin.setUp?.(options, setUp))?.options ?? options;
  const context = { worker: 0, workers: 1, runId: 'r', seed: 1, virtual: false, ...batches };
  const backend = await plugin.create(used, { ...context, clock: realClock(), payloads });
  await backend.prepare?.(signal);
  return asked(backend);
}

export function call(payload = 0, signal: AbortSignal = new AbortController().signal): Omit<Call, 'settle'> {
  return { seq: 0, dueMs: 0, handedMs: 0, payload, signal, onAbort: () => undefined };
}

/** Several in one, in the order of `payloads`. */
export function batchCall(payloads: readonly number[]): Omit<BatchCall, 'settle'> {
  return { ...call(payloads[0]), payloads: Uint32Array.from(payloads) };
}

export function json(text: string): Payload {
  return { kind: 'bytes', contentType: 'application/json', bytes: Buffer.from(text) };
}
