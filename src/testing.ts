import assert from 'node:assert/strict';
import type { Backend, BackendPlugin, Call, RawOptions } from './backends/backend.js';
import { isUserError } from './errors.js';
import { createInFlight, inFlightMemory } from './replay/in-flight.js';
import { createRecorder } from './replay/recorder.js';
import { replayShard } from './replay/replay-shard.js';
import type { Schedule } from './replay/schedule.js';
import { createSystemClock, type SystemClock } from './replay/system-clock.js';
import { COLD_STARTS, FAILURES, OUTCOMES, type Outcome } from './sample.js';
import type { Payload, Trace } from './trace.js';

export interface ContractSubject<Options = unknown> {
  /** Your test runner's `it` or `test`. */
  readonly it: (name: string, test: () => Promise<void>) => void;
  readonly plugin: BackendPlugin<Options>;
  /** Texts as `--set` would give them. The service they name must be up and succeed. */
  readonly options: RawOptions;
  /** Options under which every request fails; absent: that a failure is returned is not tested. */
  readonly failing?: RawOptions;
  /** What is sent, in turn; absent: the payloads of `trace`, else what the plugin's own set-up makes. */
  readonly payloads?: readonly Payload[];
  readonly trace?: Pick<Trace, 'payloads'>;
}

const CALLS = 50;

/** How long a plugin may take to answer, or to let go, before the suite calls it stuck. */
const PATIENCE_MS = 20_000;

/**
 * The contract every backend keeps, as tests for any runner. They use the plugin as a worker thread does, and send a few
 * hundred requests at most to the service that `options` name.
 */
export function backendContract<Options>(subject: ContractSubject<Options>): void {
  const { it, plugin, options, failing } = subject;
  const test = (sentence: string, body: () => Promise<void>): void => {
    it(`${plugin.name}: ${sentence}`, body);
  };
  test('options survive the way to a thread', async () => {
    const parsed = plugin.parseOptions(options);
    assert.deepEqual(structuredClone(parsed), parsed);
  });
  test('an unknown option is the user’s to mend', async () => {
    assert.throws(() => plugin.parseOptions({ ...options, 'no-such-option': '1' }), isUserError);
  });
  test('a call resolves with an outcome whose times are in order', () => withBackend(subject, options, succeedsAlone));
  test('every one of 50 calls at once is answered once', () => withBackend(subject, options, conserves));
  test('an aborted call is let go, and the next succeeds', () => withBackend(subject, options, releasesAborted));
  test('a stop in the middle of a run is survived', () => withBackend(subject, options, survivesStop));
  if (failing !== undefined) test('a failure is returned, not thrown', () => withBackend(subject, failing, returnsFailure));
}

interface Ready {
  readonly backend: Backend;
  readonly clock: SystemClock;
  /** At least 1, also where the table is empty. */
  readonly payloads: number;
}

/** Sets up, creates, prepares; closes whatever the test did. Rejects when closing takes too long. */
async function withBackend<Options>(
  subject: ContractSubject<Options>,
  options: RawOptions,
  test: (ready: Ready) => Promise<void>,
): Promise<void> {
  const clock = createSystemClock('exact');
  const stop = new AbortController();
  try {
    const { backend, payloads } = await createBackend(subject, options, { clock, signal: stop.signal });
    try {
      await inTime('prepare', backend.prepare?.(stop.signal));
      await test({ backend, clock, payloads });
      assert.doesNotThrow(() => structuredClone(backend.facts?.()), 'facts must be plain data');
    } finally {
      await inTime('close', backend.close?.());
    }
  } finally {
    clock.close();
  }
}

async function createBackend<Options>(
  { plugin, trace, payloads = trace?.payloads ?? [] }: ContractSubject<Options>,
  raw: RawOptions,
  { clock, signal }: { readonly clock: SystemClock; readonly signal: AbortSignal },
): Promise<{ readonly backend: Backend; readonly payloads: number }> {
  const parsed = plugin.parseOptions(raw);
  const made = await plugin.setUp?.(parsed, { payloads, progress: () => undefined, env: process.env, signal });
  const table = payloads.length > 0 ? payloads : (made?.payloads ?? []);
  const options = structuredClone(made === undefined ? parsed : made.options);
  const context = { clock, payloads: table, worker: 0, workers: 1, runId: 'contract', seed: 1, virtual: false };
  return { backend: await plugin.create(options, context), payloads: Math.max(1, table.length) };
}

async function succeedsAlone({ backend, clock }: Ready): Promise<void> {
  const call = new HandCall(0, clock.now(), 0);
  const outcome = await inTime('invoke', backend.invoke(call));
  assertOutcome(outcome, call.handedMs, clock.now());
  assert.ok(outcome.ok, outcome.ok ? '' : `${outcome.failure}: ${outcome.detail}`);
}

async function returnsFailure({ backend, clock }: Ready): Promise<void> {
  const call = new HandCall(0, clock.now(), 0);
  const outcome = await inTime('invoke', backend.invoke(call));
  assertOutcome(outcome, call.handedMs, clock.now());
  assert.equal(outcome.ok, false);
}

async function conserves(ready: Ready): Promise<void> {
  const rows = await replayed(ready, new AbortController().signal);
  assert.deepEqual(rows.map(({ seq }) => seq).sort((a, b) => a - b), Array.from({ length: CALLS }, (_, i) => i));
  assert.deepEqual([...new Set(rows.map(({ outcome }) => outcome))], ['ok']);
}

async function releasesAborted({ backend, clock, payloads }: Ready): Promise<void> {
  const calls = Array.from({ length: CALLS }, (_, seq) => new HandCall(seq, clock.now(), seq % payloads));
  // What an aborted call comes to is ignored, but it must not go unheard as a rejection.
  for (const call of calls) backend.invoke(call).catch(() => undefined);
  for (const call of calls) call.abort();
  await succeedsAlone({ backend, clock, payloads });
}

async function survivesStop(ready: Ready): Promise<void> {
  const stop = new AbortController();
  const stopping = ready.clock.until(ready.clock.now() + 1).then(() => {
    stop.abort();
  });
  const rows = await replayed(ready, stop.signal);
  await stopping;
  for (const { outcome, detail } of rows) assert.ok(outcome === 'ok' || outcome === 'aborted', `${outcome}: ${detail}`);
}

interface Row {
  readonly seq: number;
  readonly outcome: string;
  readonly detail: string;
}

/** Sends all calls at once through the loop that runs use. */
async function replayed({ backend, clock, payloads }: Ready, stop: AbortSignal): Promise<Row[]> {
  const rows: Row[] = [];
  const recorder = createRecorder(0, (batch) => {
    const details = new Map(batch.details.map(({ row, text }) => [row, text]));
    for (let i = 0; i < batch.rows; i++) {
      rows.push({ seq: batch.seq[i] as number, outcome: OUTCOMES[batch.outcome[i] as number] as string, detail: details.get(i) ?? '' });
    }
  });
  const inFlight = createInFlight(inFlightMemory(1), 0, CALLS);
  await replayShard({ schedule: [allAt(clock.now(), payloads)], clock, backend, recorder, inFlight, timeoutMs: PATIENCE_MS, stop });
  recorder.flush();
  return rows;
}

function allAt(dueMs: number, payloads: number): Schedule {
  const rows = CALLS;
  return {
    rows,
    seq: Uint32Array.from({ length: rows }, (_, i) => i),
    dueMs: new Float64Array(rows).fill(dueMs),
    payload: Uint32Array.from({ length: rows }, (_, i) => i % payloads),
  };
}

/** The engine forgives a time outside [handed, now]; here it is a fault. `sentMs` and the others may be left out. */
function assertOutcome(outcome: Outcome, handedMs: number, nowMs: number): void {
  assert.equal(typeof outcome.ok, 'boolean');
  if (!outcome.ok) {
    assert.ok(FAILURES.includes(outcome.failure), `no such failure: ${outcome.failure}`);
    assert.equal(typeof outcome.detail, 'string');
  }
  assert.ok(outcome.coldStart === undefined || COLD_STARTS.includes(outcome.coldStart));
  assert.ok((outcome.handshakeMs ?? 0) >= 0 && (outcome.serverMs ?? 0) >= 0, 'a length of time is not negative');
  const known = [handedMs, outcome.sentMs, outcome.doneEarliestMs, outcome.doneMs, nowMs].filter((ms) => ms !== undefined);
  const inOrder = known.every((ms, i) => i === 0 || ms >= (known[i - 1] as number));
  assert.ok(inOrder, `handed <= sent <= doneEarliest <= done <= now does not hold: ${known.join(', ')}`);
}

/** A call as the engine makes it, aborted by hand. */
class HandCall implements Call {
  readonly #controller = new AbortController();
  #listener: (() => void) | undefined;

  constructor(
    readonly seq: number,
    readonly handedMs: number,
    readonly payload: number,
  ) {}

  get dueMs(): number {
    return this.handedMs;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  onAbort(listener: () => void): void {
    this.#listener = listener;
  }

  abort(): void {
    this.#controller.abort();
    this.#listener?.();
  }
}

async function inTime<T>(what: string, work: Promise<T> | undefined): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what} did not resolve within ${String(PATIENCE_MS)} ms`));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([work as Promise<T>, stuck]);
  } finally {
    clearTimeout(timer);
  }
}
