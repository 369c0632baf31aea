import type { BackendPlugin, Call, RawOptions, SetUpResult } from '#src/backends/backend';
import type { Outcome } from '#src/sample';
import type { Payload } from '#src/trace';
import { realClock } from '../backends/wire/real-clock.js';
import { asked, type Asked } from './asked.js';

/** What the main thread of a run would set up, in this environment. */
export async function setUpBackend<O>(
  plugin: BackendPlugin<O>,
  raw: RawOptions,
  payloads: readonly Payload[],
  env: Readonly<Record<string, string>> = {},
): Promise<SetUpResult<O> | undefined> {
  const { signal } = new AbortController();
  const progress = (): void => undefined;
  return plugin.setUp?.(plugin.parseOptions(raw), { payloads, mostInFlight: 1000, progress, env, signal });
}

/** The one worker's client of these options, not yet prepared. */
export async function openBackend<O>(
  plugin: BackendPlugin<O>,
  options: O,
  payloads: readonly Payload[],
): Promise<Asked> {
  const context = { clock: realClock(), payloads, worker: 0, workers: 1, runId: 'run-1', seed: 1, virtual: false };
  return asked(await plugin.create(structuredClone(options), context));
}

export interface TestCall extends Omit<Call, 'settle'> {
  abort(): void;
}

/** A call that the test may abort. */
export function call({ seq = 0, payload = 0 } = {}): TestCall {
  const controller = new AbortController();
  let listener: () => void = () => undefined;
  return {
    seq,
    payload,
    dueMs: 0,
    handedMs: 0,
    signal: controller.signal,
    onAbort: (given) => {
      listener = given;
    },
    abort() {
      controller.abort();
      listener();
    },
  };
}

export function meaningOf(outcome: Outcome): string {
  return outcome.ok ? 'ok' : outcome.failure;
}
