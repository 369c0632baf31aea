import assert from 'node:assert/strict';
import type { Backend, BackendPlugin, Call, RawOptions } from './backends/backend.js';
import { isUserError } from './errors.js';
import { createInFlight, inFlightMemory } from './replay/in-flight.js';
import { createRecorder } from './replay/recorder.js';
import { replayShard } from './replay/replay-shard.js';
import { createSystemClock, type SystemClock } from './replay/system-clock.js';
import { OUTCOMES, type SampleBatch } from './sample.js';
import type { Payload } from './trace.js';

export interface ContractSubject {
  /** Your test runner's `it` or `test`. */
  readonly it: (name: string, test: () => Promise<void>) => void;
  readonly plugin: BackendPlugin;
  /** Texts as `--set` would give them; the service they name must be up and succeed. */
  readonly options: RawOptions;
  readonly payloads?: readonly Payload[];
}

/**
 * The contract every backend keeps, as tests for any runner. They run the plugin under the real loop on this thread, with
 * a few dozen requests to the service that `options` name.
 */
export function backendContract({ it, plugin, options, payloads = [] }: ContractSubject): void {
  it(`${plugin.name}: options survive the way to a thread`, () => {
    const parsed = plugin.parseOptions(options);
    assert.deepEqual(structuredClone(parsed), parsed);
    return Promise.resolve();
  });

  it(`${plugin.name}: an unknown option is the user's to mend`, () => {
    assert.throws(() => plugin.parseOptions({ ...options, 'no-such-option': '1' }), isUserError);
    return Promise.resolve();
  });

  it(`${plugin.name}: answers every request once, with times in order`, async () => {
    const rows = await replayed({ plugin, options, payloads }, { count: 40, timeoutMs: 30_000 });
    assert.deepEqual(
      rows.map(({ seq }) => seq).sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, i) => i),
    );
    for (const row of rows) assertTimes(row);
    assert.deepEqual(new Set(rows.map(({ outcome }) => outcome)), new Set(['ok']));
  });

  it(`${plugin.name}: what is open at a stop is released`, async () => {
    const rows = await replayed({ plugin, options, payloads }, { count: 40, timeoutMs: 30_000, stopMs: 0 });
    for (const row of rows) {
      assertTimes(row);
      assert.ok(row.outcome === 'ok' || row.outcome === 'aborted', row.detail);
    }
  });

  it(`${plugin.name}: the times it tells are true without being put right by the engine`, async () => {
    await withBackend({ plugin, options, payloads }, async (backend, clock) => {
      for (let seq = 0; seq < 5; seq++) {
        const handedMs = clock.now();
        const outcome = await backend.invoke(callOf(seq, handedMs));
        const { sentMs = NaN, doneEarliestMs = NaN, doneMs = NaN } = outcome;
        assertOrder([handedMs, sentMs, doneEarliestMs, doneMs, clock.now()]);
        assert.equal(outcome.ok, true, JSON.stringify(outcome));
      }
    });
  });

  it(`${plugin.name}: after an abort it lets go, and can be closed at once, and twice`, async () => {
    await withBackend({ plugin, options, payloads }, async (backend, clock) => {
      const calls = Array.from({ length: 5 }, (_, seq) => callOf(seq, clock.now()));
      const answers = calls.map((call) => backend.invoke(call));
      for (const call of calls) call.abort();
      // Whether they succeed or not: the result of an aborted call is ignored, but it must not be an unhandled rejection.
      for (const answer of answers) answer.catch(() => undefined);
      await within(2000, backend.close?.(), 'close did not resolve while aborted calls were open');
      await within(2000, backend.close?.(), 'the second close did not resolve');
    });
  });

  it(`${plugin.name}: the options it describes are options it knows, and only such are public`, () => {
    const described = plugin.options ?? [];
    for (const { name, summary } of described) {
      assert.match(name, /^[a-zA-Z][a-zA-Z0-9-]*$/);
      assert.doesNotMatch(summary, /[\r\n]/);
      assert.doesNotMatch(complaint(plugin, { ...options, [name]: '?' }), /has no option/);
    }
    for (const name of plugin.publicOptions) {
      assert.doesNotMatch(complaint(plugin, { ...options, [name]: '?' }), /has no option/);
    }
    return Promise.resolve();
  });
}

/** What it says of these options; empty when they are good. */
function complaint(plugin: BackendPlugin, options: RawOptions): string {
  try {
    plugin.parseOptions(options);
    return '';
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** A call as the engine makes them, and the engine's power to abort it. */
function callOf(seq: number, handedMs: number): Call & { abort(): void } {
  const controller = new AbortController();
  let listener: (() => void) | undefined;
  return {
    seq,
    dueMs: handedMs,
    handedMs,
    payload: 0,
    signal: controller.signal,
    onAbort(heard) {
      listener = heard;
    },
    abort() {
      controller.abort();
      listener?.();
    },
  };
}

async function within(ms: number, work: Promise<void> | undefined, otherwise: string): Promise<void> {
  const clock = createSystemClock('exact');
  const over = new AbortController();
  const late = clock.until(clock.now() + ms, over.signal).then(() => {
    assert.ok(over.signal.aborted, otherwise);
  });
  await Promise.race([Promise.resolve(work), late]);
  over.abort();
  await late;
  clock.close();
}

interface Row {
  readonly seq: number;
  readonly dueMs: number;
  readonly handedMs: number;
  readonly sentMs: number;
  readonly doneEarliestMs: number;
  readonly doneMs: number;
  readonly outcome: string;
  readonly detail: string;
}

type Subject = Omit<ContractSubject, 'it'> & { readonly payloads: readonly Payload[] };

async function replayed(
  { plugin, options, payloads }: Subject,
  load: { count: number; timeoutMs: number; stopMs?: number },
): Promise<Row[]> {
  const clock = createSystemClock('exact');
  const stop = new AbortController();
  const rows: Row[] = [];
  const backend = await opened({ plugin, options, payloads }, clock, stop.signal);
  const startMs = clock.now() + 5;
  const stopping =
    load.stopMs === undefined
      ? undefined
      : clock.until(startMs + load.stopMs).then(() => {
          stop.abort();
        });
  const recorder = createRecorder(0, (batch) => rows.push(...rowsOf(batch)));
  await replayShard({
    schedule: [evenly(load.count, startMs)],
    clock,
    backend,
    recorder,
    inFlight: createInFlight(inFlightMemory(1), 0, 1000),
    timeoutMs: load.timeoutMs,
    stop: stop.signal,
  });
  await stopping;
  recorder.flush();
  await backend.close?.();
  clock.close();
  return rows;
}

async function withBackend(
  subject: Subject,
  use: (backend: Backend, clock: SystemClock) => Promise<void>,
): Promise<void> {
  const clock = createSystemClock('exact');
  const backend = await opened(subject, clock, new AbortController().signal);
  try {
    await use(backend, clock);
  } finally {
    await backend.close?.();
    clock.close();
  }
}

async function opened(
  { plugin, options, payloads }: Subject,
  clock: SystemClock,
  signal: AbortSignal,
): Promise<Backend> {
  const parsed = plugin.parseOptions(options);
  const made = await plugin.setUp?.(parsed, {
    payloads,
    mostInFlight: 1000,
    progress: () => undefined,
    env: {},
    signal,
  });
  const table = payloads.length > 0 ? payloads : (made?.payloads ?? []);
  const context = { clock, payloads: table, worker: 0, workers: 1, runId: 'contract', seed: 1, virtual: false };
  const backend = await plugin.create(made === undefined ? parsed : made.options, context);
  await backend.prepare?.(signal);
  return backend;
}

function evenly(rows: number, startMs: number) {
  return {
    rows,
    seq: Uint32Array.from({ length: rows }, (_, i) => i),
    dueMs: Float64Array.from({ length: rows }, (_, i) => startMs + i),
    payload: new Uint32Array(rows),
  };
}

function rowsOf(batch: SampleBatch): Row[] {
  const details = new Map(batch.details.map(({ row, text }) => [row, text]));
  return Array.from({ length: batch.rows }, (_, i) => ({
    seq: batch.seq[i] ?? NaN,
    dueMs: batch.dueMs[i] ?? NaN,
    handedMs: batch.handedMs[i] ?? NaN,
    sentMs: batch.sentMs[i] ?? NaN,
    doneEarliestMs: batch.doneEarliestMs[i] ?? NaN,
    doneMs: batch.doneMs[i] ?? NaN,
    outcome: OUTCOMES[batch.outcome[i] ?? 0] ?? 'unknown',
    detail: details.get(i) ?? '',
  }));
}

/** due <= handed <= sent <= doneEarliest <= done, as far as they are known. */
function assertTimes(row: Row): void {
  assertOrder([row.dueMs, row.handedMs, row.sentMs, row.doneEarliestMs, row.doneMs]);
}

function assertOrder(timesMs: readonly number[]): void {
  const known = timesMs.filter((ms) => !Number.isNaN(ms));
  assert.deepEqual(
    known,
    known.toSorted((a, b) => a - b),
    `times out of order: ${timesMs.join(', ')}`,
  );
}
