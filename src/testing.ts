import assert from 'node:assert/strict';
import { MessageChannel } from 'node:worker_threads';
import type { Backend, BackendPlugin, BatchCall, BatchOutcome, Call, RawOptions } from './backends/backend.js';
import { invoked } from './backends/invoked.js';
import type { Clock } from './clock.js';
import { awaitHook, checkedFacts, guardPlugin } from './backends/registry.js';
import { isUserError, messageOf, printable } from './errors.js';
import { clockBound } from './loop/clock-bound.js';
import { createInFlight, inFlightMemory } from './loop/in-flight.js';
import { knowsSent } from './plan/knows-sent.js';
import { createRecorder } from './loop/recorder.js';
import { replayShard } from './loop/replay-shard.js';
import { createSystemClock } from './time/system-clock.js';
import { createVirtualClock } from './time/virtual-clock.js';
import { COLD_STARTS, FAILURES, OUTCOMES, type Outcome, type SampleBlock } from './sample.js';
import type { Payload } from './trace.js';

export interface ContractSubject {
  /** Your test runner's `it` or `test`. */
  readonly it: (name: string, test: () => Promise<void>) => void;
  readonly plugin: BackendPlugin;
  /** Texts as `--set` would give them; the service they name must be up and succeed. */
  readonly options: RawOptions;
  /** The same for a service that is down, refuses or fails. Absent: that failures are returned is not tested. */
  readonly failing?: RawOptions;
  readonly payloads?: readonly Payload[];
  /** Payloads of which the first can go in a batch with itself. Absent: that batches are sent is not tested. */
  readonly batchPayloads?: readonly Payload[];
}

/** How long an open call may keep `close` waiting. */
const LET_GO_MS = 1000;
/** How long `invoke` may keep the thread: every other request that is due meanwhile is late by it. */
const MOST_BLOCKED_MS = 5;
/** Requests in a batch. */
const BATCH = 3;
/** How long a call may take to be answered. */
const ANSWER_MS = 30_000;
const UNDER_TEST = 'under test';
const NO_OPTION = 'no-such-option';

/**
 * The contract every backend keeps, as tests for any runner. They run the plugin on this thread, by itself and under the
 * real loop, with about a hundred requests to the service that `options` name.
 */
export function backendContract(subject: ContractSubject): void {
  optionsContract(subject);
  // A hook that never settles fails its test instead of holding up the runner.
  const bounded = { ...subject, plugin: guardPlugin(subject.plugin, UNDER_TEST) };
  callContract(bounded);
  endContract(bounded);
  batchContract(bounded);
  loopContract(bounded);
  virtualContract(bounded);
}

function optionsContract({ it, plugin, options }: ContractSubject): void {
  it(`${plugin.name}: has a name and a summary of one printable line`, () => {
    for (const text of [plugin.name, plugin.summary]) {
      assert.notEqual(text, '');
      assert.equal(text, printable(text));
    }
    return Promise.resolve();
  });

  it(`${plugin.name}: options survive the way to a thread`, () => {
    const parsed = plugin.parseOptions(options);
    assert.deepEqual(structuredClone(parsed), parsed);
    return Promise.resolve();
  });

  it(`${plugin.name}: an unknown option is a UserError`, () => {
    assert.throws(() => plugin.parseOptions({ ...options, [NO_OPTION]: '1' }), isUserError);
    return Promise.resolve();
  });

  if (plugin.options === undefined) return;
  it(`${plugin.name}: knows every option it declares`, () => {
    assertDeclared(plugin, options);
    return Promise.resolve();
  });
}

/** Calls of our own, straight to the backend: nothing is caught or clamped on the way. */
function callContract({ it, plugin, options, failing, payloads = [] }: ContractSubject): void {
  it(`${plugin.name}: a call resolves with an outcome whose times need no correction`, async () => {
    const tells = knowsSent(plugin, plugin.parseOptions(options));
    await withBackend({ plugin, options, payloads }, async (backend, clock) => {
      for (let seq = 0; seq < 5; seq++) {
        const outcome = await answered(backend, clock, seq);
        assert.ok(outcome.ok, `failed: ${JSON.stringify(outcome)}`);
        assert.ok(!tells || Number.isFinite(outcome.sentMs), 'knowsSent is true, and sentMs is missing');
      }
    });
  });

  it(`${plugin.name}: invoke does not block the thread that keeps the schedule`, async () => {
    await withBackend({ plugin, options, payloads }, async (backend, clock) => {
      const blockedMs: number[] = [];
      for (let seq = 0; seq < 5; seq++) {
        // What the outcome must be, other tests say.
        const [outcome, ms] = await keptBusy(clock, () => answered(backend, clock, seq).catch(() => undefined));
        blockedMs.push(ms);
        await outcome;
      }
      // The least: any one of them may have lost the CPU to another process.
      const leastMs = Math.min(...blockedMs);
      assert.ok(leastMs <= MOST_BLOCKED_MS, `each call kept the thread for at least ${leastMs.toFixed(1)} ms`);
    });
  });

  if (failing !== undefined)
    it(`${plugin.name}: a failure is returned, not thrown`, async () => {
      await withBackend({ plugin, options: failing, payloads }, async (backend, clock) => {
        for (let seq = 0; seq < 3; seq++) {
          const outcome = await answered(backend, clock, seq);
          assert.ok(!outcome.ok, 'it succeeds, although `failing` says that it fails');
        }
      });
    });

  it(`${plugin.name}: an open call lets go, aborted or not, and close may be called twice`, async () => {
    await withBackend({ plugin, options, payloads }, async (backend, clock) => {
      const [aborted, open] = [new OwnCall(0, clock.now()), new OwnCall(1, clock.now())];
      const rejections: string[] = [];
      for (const call of [aborted, open]) {
        const handed = backend.invoke(call);
        if (handed === 'settles') continue;
        handed.catch((thrown: unknown) => {
          rejections.push(messageOf(thrown));
        });
      }
      aborted.abort();
      await closed(backend, clock);
      await closed(backend, clock);
      await clock.until(clock.now() + 1);
      assert.deepEqual(rejections, [], 'a promise was rejected');
    });
  });
}

function endContract({ it, plugin, options, payloads = [] }: ContractSubject): void {
  it(`${plugin.name}: its facts are texts, finite numbers and booleans`, async () => {
    await withBackend({ plugin, options, payloads }, async (backend, clock) => {
      await answered(backend, clock, 0).catch(() => undefined);
      assert.deepEqual(checkedFacts(backend.facts?.()).leftOut, [], 'facts that no record can hold');
    });
  });
}

/** Whether the service answers each request of a batch is the service's matter. */
function batchContract({ it, plugin, options, batchPayloads: payloads }: ContractSubject): void {
  if (payloads === undefined) return;
  it(`${plugin.name}: a batch resolves with one outcome whose times need no correction`, async () => {
    assert.equal(plugin.batches?.(plugin.parseOptions(options)), true, '`batches` does not say true');
    await withBackend({ plugin, options, payloads, batchSize: BATCH }, async (backend, clock) => {
      for (let seq = 0; seq < 3; seq++) {
        const handedMs = clock.now();
        const { lacking, ...outcome } = await inTime(
          'invokeBatch',
          invoked<BatchCall, BatchOutcome>(
            (call) => {
              assert.ok(backend.invokeBatch !== undefined, 'batches says true, and there is no invokeBatch');
              return backend.invokeBatch(call);
            },
            (settle) => new OwnBatch(seq, handedMs, settle),
          ),
        );
        assertOutcome(outcome, handedMs, clock.now());
        assert.ok(outcome.ok, `failed: ${JSON.stringify(outcome)}`);
        for (const place of lacking?.at ?? [])
          assert.ok(place >= 0 && place < BATCH, `no place in a batch: ${String(place)}`);
      }
    });
  });
}

function loopContract({ it, plugin, options, payloads = [] }: ContractSubject): void {
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
    const rows = await replayed({ plugin, options, payloads }, { count: 40, timeoutMs: 30_000, stopAfter: 20 });
    assert.equal(rows.length, 20);
    for (const row of rows) {
      assertTimes(row);
      assert.ok(row.outcome === 'ok' || row.outcome === 'aborted', row.detail);
    }
  });
}

function virtualContract({ it, plugin, options, payloads = [] }: ContractSubject): void {
  if (plugin.waits !== 'on-the-clock') return;
  it(`${plugin.name}: waits on the clock alone, so that two runs in virtual time are the same`, async () => {
    const rows = await replayedVirtually({ plugin, options, payloads }, 40);
    assert.equal(rows.length, 40);
    for (const row of rows) {
      assertTimes(row);
      assert.equal(row.outcome, 'ok', row.detail);
    }
    assert.deepEqual(await replayedVirtually({ plugin, options, payloads }, 40), rows);
  });
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

type Subject = Pick<ContractSubject, 'plugin' | 'options'> & {
  readonly payloads: readonly Payload[];
  readonly batchSize?: number;
};

function assertDeclared(plugin: BackendPlugin, options: RawOptions): void {
  const declared = plugin.options ?? [];
  const names = declared.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)], 'an option is declared twice');
  for (const { name, summary } of declared) {
    assert.equal(summary, printable(summary), `the summary of ${name} is not one printable line`);
    assert.notEqual(summary, '', `${name} has no summary`);
    assert.ok(isKnown(plugin, options, name), `${name} is declared, and parseOptions refuses it as unknown`);
  }
  for (const name of plugin.publicOptions) assert.ok(names.includes(name), `${name} is public and not declared`);
}

/** A known option may refuse our value; an unknown one gets the same words as any other, up to its name. */
function isKnown(plugin: BackendPlugin, options: RawOptions, name: string): boolean {
  const unknown = refusal(plugin, { ...options, [NO_OPTION]: '1' }) ?? '';
  const at = unknown.indexOf(NO_OPTION);
  const words = at < 0 ? unknown : unknown.slice(0, at) + name;
  return refusal(plugin, { ...options, [name]: '1' })?.startsWith(words) !== true;
}

function refusal(plugin: BackendPlugin, raw: RawOptions): string | undefined {
  try {
    plugin.parseOptions(raw);
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

async function withBackend(subject: Subject, use: (backend: Backend, clock: Clock) => Promise<void>): Promise<void> {
  const clock = createSystemClock('exact');
  try {
    const backend = await opened(subject, clock, new AbortController().signal);
    try {
      await use(backend, clock);
    } finally {
      await closed(backend, clock);
    }
  } finally {
    clock.close();
  }
}

async function answered(backend: Backend, clock: Clock, seq: number): Promise<Outcome> {
  const handedMs = clock.now();
  const outcome = await inTime(
    'invoke',
    invoked<Call, Outcome>(
      (call) => backend.invoke(call),
      (settle) => new OwnCall(seq, handedMs, settle),
    ),
  );
  assertOutcome(outcome, handedMs, clock.now());
  return outcome;
}

/** Fails when a call is not answered. */
function inTime<T>(name: string, answer: Promise<T>): Promise<Awaited<T>> {
  return awaitHook({ plugin: 'the backend', path: UNDER_TEST, name, ms: ANSWER_MS }, () => answer);
}

/** What `work` returns, and how long it kept the thread until the event loop went on. */
async function keptBusy<T>(clock: Clock, work: () => Promise<T>): Promise<readonly [Promise<T>, number]> {
  await nextTurn();
  const startMs = clock.now();
  const started = work();
  await nextTurn();
  return [started, clock.now() - startMs];
}

/** After all that is pending in this turn of the event loop; a message to oneself is no timer. */
function nextTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.once('message', () => {
      port1.close();
      resolve();
    });
    port2.postMessage(null);
  });
}

/** Fails when it takes too long, instead of waiting with the test runner. */
async function closed(backend: Backend, clock: Clock): Promise<void> {
  const over = new AbortController();
  const tooLate = clock.until(clock.now() + LET_GO_MS, over.signal).then(() => 'too late' as const);
  const first = await Promise.race([backend.close?.(), tooLate]);
  over.abort();
  assert.notEqual(first, 'too late', `close took more than ${String(LET_GO_MS)} ms`);
}

/** A call as the engine makes them, in our own hands. */
class OwnCall implements Call {
  readonly dueMs: number;
  readonly payload = 0;
  readonly #controller = new AbortController();
  #listener: (() => void) | undefined;

  constructor(
    readonly seq: number,
    readonly handedMs: number,
    readonly settle: (outcome: Outcome) => void = () => undefined,
  ) {
    this.dueMs = handedMs;
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

class OwnBatch extends OwnCall implements BatchCall {
  readonly payloads = new Uint32Array(BATCH);
}

/** What the engine would have to mend is a mistake here. */
function assertOutcome(outcome: Outcome, handedMs: number, nowMs: number): void {
  const shown = JSON.stringify(outcome);
  const { sentMs, doneEarliestMs, doneMs, handshakeMs = NaN, serverMs = NaN, coldStart = 'unknown' } = outcome;
  assertOrder(
    [handedMs, sentMs, doneEarliestMs, doneMs, nowMs],
    `handed ${String(handedMs)}, now ${String(nowMs)}, ${shown}`,
  );
  for (const lengthMs of [handshakeMs, serverMs]) assert.ok(!(lengthMs < 0), `a length below 0: ${shown}`);
  assert.ok(COLD_STARTS.includes(coldStart), `unknown coldStart: ${shown}`);
  if (outcome.ok) return;
  assert.ok(FAILURES.includes(outcome.failure), `unknown failure: ${shown}`);
  assert.equal(typeof outcome.detail, 'string', `a failure without a detail: ${shown}`);
}

async function replayed(
  { plugin, options, payloads }: Subject,
  load: { count: number; timeoutMs: number; stopAfter?: number },
): Promise<Row[]> {
  const clock = createSystemClock('exact');
  const stop = new AbortController();
  const rows: Row[] = [];
  const backend = await opened({ plugin, options, payloads }, clock, stop.signal);
  let calls = 0;
  const stopping: Backend = {
    invoke(call) {
      const answer = backend.invoke(call);
      if (++calls === load.stopAfter) stop.abort();
      return answer;
    },
  };
  const recorder = createRecorder(0, (block) => rows.push(...rowsOf(block)));
  await replayShard({
    schedule: [evenly(load.count, clock.now() + 5)],
    clock,
    backend: stopping,
    recorder,
    inFlight: createInFlight(inFlightMemory(1), 0, 1000),
    timeoutMs: load.timeoutMs,
    stop: stop.signal,
  });
  recorder.flush();
  await backend.close?.();
  clock.close();
  return rows;
}

async function replayedVirtually(subject: Subject, count: number): Promise<Row[]> {
  const clock = createVirtualClock();
  const { signal } = new AbortController();
  const rows: Row[] = [];
  const recorder = createRecorder(0, (block) => rows.push(...rowsOf(block)));
  const places = createInFlight(inFlightMemory(1), 0, 1000);
  const { inFlight, beforeJump } = clockBound(subject.plugin.name, clock, places);
  const everything = async (): Promise<Backend> => {
    const backend = await opened(subject, clock.ofBackend, signal, true);
    const schedule = [evenly(count, clock.now() + 5)];
    await replayShard({ schedule, clock, backend, recorder, inFlight, timeoutMs: 30_000, stop: signal });
    return backend;
  };
  const backend = await clock.drive(everything(), beforeJump);
  recorder.flush();
  await backend.close?.();
  return rows;
}

async function opened(
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

function evenly(rows: number, startMs: number) {
  return {
    rows,
    seq: Uint32Array.from({ length: rows }, (_, i) => i),
    dueMs: Float64Array.from({ length: rows }, (_, i) => startMs + i),
    payload: new Uint32Array(rows),
  };
}

function rowsOf(block: SampleBlock): Row[] {
  const details = new Map(block.details.map(({ row, text }) => [row, text]));
  return Array.from({ length: block.rows }, (_, i) => ({
    seq: block.seq[i] ?? NaN,
    dueMs: block.dueMs[i] ?? NaN,
    handedMs: block.handedMs[i] ?? NaN,
    sentMs: block.sentMs[i] ?? NaN,
    doneEarliestMs: block.doneEarliestMs[i] ?? NaN,
    doneMs: block.doneMs[i] ?? NaN,
    outcome: OUTCOMES[block.outcome[i] ?? 0] ?? 'unknown',
    detail: details.get(i) ?? '',
  }));
}

/** due <= handed <= sent <= doneEarliest <= done, as far as they are known. */
function assertTimes(row: Row): void {
  assertOrder([row.dueMs, row.handedMs, row.sentMs, row.doneEarliestMs, row.doneMs], JSON.stringify(row));
}

/** Not decreasing, where they are known. */
function assertOrder(timesMs: readonly (number | undefined)[], shown: string): void {
  const known = timesMs.filter((ms) => ms !== undefined && !Number.isNaN(ms)) as number[];
  assert.deepEqual(
    known,
    known.toSorted((a, b) => a - b),
    `times out of order: ${shown}`,
  );
}
