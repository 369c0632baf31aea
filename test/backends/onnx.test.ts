import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import plugin from '#src/backends/onnx';
import type { Backend, RawOptions } from '#src/backends/backend';
import { UserError } from '#src/errors';
import type { Outcome } from '#src/sample';
import type { Payload } from '#src/trace';
import { encodeModel } from '#src/backends/onnx/encode-model';
import { attachThread } from '#src/backends/onnx/open-thread';
import { poolThreads, type Answer } from '#src/backends/onnx/session-pool';
import { asked } from '../support/asked.js';
import { doubling, picking, slow, writeModel } from './onnx-tiny-models.js';

const run = promisify(execFile);
const never = new AbortController().signal;
/** An origin of its own: nothing may depend on where a clock starts. */
const clock = {
  now: () => performance.now() - 12_345,
  until: () => Promise.reject(new Error('not waited on')),
  at: () => undefined,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-onnx-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('options', () => {
  it('have defaults that leave one CPU to the schedule', () => {
    const options = plugin.parseOptions({});
    expect(options).toMatchObject({ model: 'mobilenet', intraOpThreads: 1, sequenceLength: 32, warm: true });
    expect(plugin.ownCpus?.(options)).toBe(Math.max(1, availableParallelism() - 1));
    expect(plugin.maxWorkers?.(options)).toBe(1);
    expect(plugin.ownCpus?.(plugin.parseOptions({ sessions: '3', 'intra-op-threads': '2' }))).toBe(6);
  });

  it.each([
    [{ session: '2' }, /did you mean sessions/],
    [{ sessions: '0' }, /--set sessions=0: give a number from 1/],
    [{ 'intra-op-threads': '1.5' }, /whole number/],
    [{ model: ' ' }, /give a name or a path/],
    [{ warm: 'perhaps' }, /give true or false/],
  ])('%j are refused', (raw: RawOptions, message) => {
    expect(() => plugin.parseOptions(raw)).toThrow(message);
    expect(() => plugin.parseOptions(raw)).toThrow(UserError);
  });
});

describe('set-up', () => {
  it('makes mobilenet in the cache folder of the environment, and one payload for it', async () => {
    const said: string[] = [];
    const result = await setUp({}, [], { env: { XDG_CACHE_HOME: folder }, progress: (text) => said.push(text) });
    expect(result?.options).toMatchObject({
      loaded: { modelPath: join(folder, 'replay', 'mobilenet-v1-1.0-224.onnx') },
    });
    expect(result?.payloads).toMatchObject([{ kind: 'tensor', tensor: { shape: [1, 3, 224, 224], dtype: 'float32' } }]);
    expect(result?.notes?.join()).toMatch(/synthetic/);
    expect(said.join()).toMatch(/making the mobilenet model \(16.9 MB/);
    expect(structuredClone(result?.options)).toEqual(result?.options);
  });

  it('takes the payloads of the trace and leaves them as they are', async () => {
    const payloads = [json([1, 2, 3]), json({ instances: [4] })];
    const result = await setUp({ model: writeModel(folder, doubling('int32', ['N'])) }, payloads);
    expect(result?.payloads).toBeUndefined();
    expect(result?.notes).toEqual([]);
    await expect(setUp({ model: join(folder, 'doubling-int32.onnx') }, [...payloads, json([0.5])])).rejects.toThrow(
      /payload 2: element 0 \(0.5\) is no int32/,
    );
  });

  it('reports a model that is missing, cut short, or none', async () => {
    const cut = join(folder, 'cut.onnx');
    writeFileSync(cut, encodeModel(slow()).subarray(0, 700));
    const text = join(folder, 'text.onnx');
    writeFileSync(text, 'no model\u001b[31m');
    await refused({ model: cut }, /the model does not load: .*protobuf parsing failed/i);
    await refused({ model: text }, /the model does not load/);
    await refused({ model: join(folder, 'absent.onnx') }, /cannot read the model .*ENOENT/);
    await refused({ model: folder }, /it is no regular file/);
    await refused({ model: 'mobilnet' }, /did you mean mobilenet/);
  });

  it('stops when asked to', async () => {
    const model = writeModel(folder, doubling('float32', ['N']));
    const stop = new AbortController();
    const stopped = setUp({ model }, [], { signal: stop.signal });
    stop.abort();
    await expect(stopped).rejects.toThrow(/stopped while the model was loading/);
    await expect(setUp({ model }, [], { signal: stop.signal })).rejects.toThrow(UserError);
  });

  it('names the command that installs a missing ONNX Runtime', async () => {
    const elsewhere = join(folder, 'elsewhere');
    cpSync(new URL('../../dist', import.meta.url), elsewhere, { recursive: true });
    writeFileSync(join(elsewhere, 'package.json'), '{"type":"module"}');
    const script = `
      import plugin from ${JSON.stringify(join(elsewhere, 'backends', 'onnx.js'))};
      const setUp = { payloads: [], mostInFlight: 1, progress() {}, env: {}, signal: new AbortController().signal };
      const options = plugin.parseOptions({ model: ${JSON.stringify(writeModel(folder, doubling('float32', ['N'])))} });
      await plugin.setUp(options, setUp).catch((error) => console.log(error.name, error.message));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: elsewhere });
    expect(stdout).toMatch(/^UserError .*npm install onnxruntime-node@1\.30\.0 --ignore-scripts\n$/);
  });
});

describe('requests', () => {
  it('succeed, at times that fit each other', async () => {
    const { backend } = await open({ model: writeModel(folder, slow()), sessions: '1', warm: 'false' });
    const before = clock.now();
    const outcomes = await Promise.all([invoke(backend, 0), invoke(backend, 1), invoke(backend, 2)]);
    const after = clock.now();
    await backend.close?.();
    for (const { handedMs, outcome } of outcomes) {
      const { sentMs, doneMs, doneEarliestMs, serverMs } = success(outcome);
      expect(handedMs).toBeGreaterThanOrEqual(before);
      expect(sentMs).toBe(handedMs);
      expect(doneEarliestMs).toBe(doneMs);
      expect(serverMs).toBeGreaterThan(1);
      // The run lies between the hand-over and the end; 0.1 ms for two readings of two clocks.
      expect(doneMs - serverMs).toBeGreaterThan(handedMs - 0.1);
      expect(doneMs).toBeLessThanOrEqual(after);
    }
  });

  it.each([1, 2])('are served first come first served, by %i at a time', async (sessions) => {
    const { backend } = await open({ model: join(folder, 'slow.onnx'), sessions: String(sessions), warm: 'false' });
    const outcomes = await Promise.all(Array.from({ length: 6 }, (_, seq) => invoke(backend, seq)));
    await backend.close?.();
    const runs = outcomes
      .map(({ outcome }) => success(outcome))
      .map(({ doneMs, serverMs }) => ({ startMs: doneMs - serverMs, doneMs }));
    const together = runs.map(
      ({ startMs }) => runs.filter((other) => other.startMs <= startMs && startMs < other.doneMs - 0.1).length,
    );
    expect(Math.max(...together)).toBe(sessions);
    // Two threads that are free at once may begin in either order, but never a later pair before an earlier one.
    const starts = runs.map(({ startMs }) => startMs);
    for (let i = sessions; i < starts.length; i++) expect(starts[i]).toBeGreaterThan(starts[i - sessions] as number);
  });

  it('that are aborted while they wait never run', async () => {
    const { backend } = await open({ model: join(folder, 'slow.onnx'), sessions: '1', warm: 'false' });
    const first = invoke(backend, 0);
    const aborted = Array.from({ length: 20 }, (_, i) => invoke(backend, 1 + i));
    const last = invoke(backend, 21);
    for (const { abort } of aborted) abort();
    const [one, two] = [success((await first).outcome), success((await last).outcome)];
    await backend.close?.();
    // With even a third of the twenty in between, this would be far more.
    expect(two.doneMs - one.doneMs).toBeLessThan(5 * Math.max(one.serverMs, two.serverMs));
  });

  it('that the model refuses at run time are function errors, and the next is served', async () => {
    const options = { model: writeModel(folder, picking()), sessions: '1', warm: 'false' };
    const { backend } = await open(options, [json([9]), json([3, 0])]);
    const bad = (await invoke(backend, 0, 0)).outcome;
    const good = (await invoke(backend, 1, 1)).outcome;
    await backend.close?.();
    expect(bad).toMatchObject({
      ok: false,
      failure: 'function-error',
      detail: expect.stringMatching(/indices|bounds/) as string,
    });
    expect(bad.serverMs).toBeGreaterThan(0);
    expect(good.ok).toBe(true);
  });

  it('that would all fail are found out by the warm-up', async () => {
    const model = join(folder, 'picking.onnx');
    await expect(open({ model, sessions: '2' }, [json([3]), json([9])])).rejects.toThrow(
      /fails on payload 1: .*--set warm=false/,
    );
  });

  it.each([10, 110])('are never begun when a stop comes %i ms into the preparation', async (afterMs) => {
    // Loaded in 50 ms at the earliest, and warm not before 200.
    const result = await setUp({ model: writeModel(folder, slow('slower', 120)), sessions: '2' });
    if (result?.payloads === undefined) throw new Error('no set-up');
    const context = { clock, payloads: result.payloads, worker: 0, workers: 1, runId: 'test', seed: 1, virtual: false };
    const backend = await plugin.create(result.options, context);
    await expect(backend.prepare?.(AbortSignal.timeout(afterMs))).rejects.toThrow(/stopped while the model was/);
    expect((await invoke(backend, 0)).outcome).toMatchObject({ ok: false, failure: 'crashed' });
  });

  it('under a close are informed of it, also in the middle of a run', async () => {
    const { backend } = await open({ model: join(folder, 'slow.onnx'), sessions: '1', warm: 'false' });
    const calls = [invoke(backend, 0), invoke(backend, 1)];
    await backend.close?.();
    for (const { outcome } of await Promise.all(calls)) {
      if (!outcome.ok)
        expect(outcome).toMatchObject({ failure: 'crashed', detail: 'session thread: the backend was closed' });
    }
    expect((await invoke(backend, 2)).outcome).toMatchObject({ ok: false, failure: 'crashed' });
    expect(backend.facts?.()).toMatchObject({ sessions: 1, sessionsLost: 0 });
  });

  it('albert runs with nothing but a length', async () => {
    const { backend, payloads } = await open({
      model: 'albert',
      cache: join(folder, 'replay'),
      sessions: '1',
      warm: 'false',
      'sequence-length': '8',
    });
    expect(payloads).toMatchObject([{ tensor: { shape: [1, 8], dtype: 'int64' } }]);
    const { outcome } = await invoke(backend, 0);
    await backend.close?.();
    expect(outcome.ok).toBe(true);
  });
});

describe('the threads', () => {
  it('that die take one request with them; when none is left all are informed', async () => {
    // Threads without a model: each dies of its own error at feed 1.
    const thread = `require('node:worker_threads').parentPort.on('message', (feed) => {
      if (feed === 1) throw new Error('out of luck');
      require('node:worker_threads').parentPort.postMessage({ kind: 'ran', endMonotonicMs: 0, tookMs: 0 });
    })`;
    const pool = poolThreads([0, 1].map(() => attachThread(new Worker(thread, { eval: true }), [])));
    const answer = (feed: number): Promise<Answer> => new Promise((settle) => pool.submit(feed, settle));
    const kinds = async (feeds: readonly number[]): Promise<string[]> =>
      (await Promise.all(feeds.map(answer))).map(({ kind }) => kind);
    expect(await kinds([0, 1, 0, 0, 0])).toEqual(['ran', 'died', 'ran', 'ran', 'ran']);
    expect(pool.lost()).toBe(1);
    expect(await kinds([0, 1, 0, 1])).toEqual(['ran', 'died', 'died', 'died']);
    expect(await answer(0)).toEqual({ kind: 'died', cause: 'out of luck' });
    expect(pool.lost()).toBe(2);
    await pool.close();
  });

  it('are gone after close, so that the process ends by itself', async () => {
    const script = `
      import plugin from '#src/backends/onnx';
      const setUp = { payloads: [], mostInFlight: 1, progress() {}, env: {}, signal: new AbortController().signal };
      const { options, payloads } = await plugin.setUp(plugin.parseOptions({ model: ${JSON.stringify(join(folder, 'slow.onnx'))}, sessions: '2' }), setUp);
      const clock = { now: () => performance.now() };
      const backend = await plugin.create(options, { clock, payloads });
      await backend.prepare(setUp.signal);
      for (let seq = 0; seq < 5; seq++) void backend.invoke({ seq, payload: 0, handedMs: clock.now(), onAbort() {} });
      await backend.close();
      console.log('closed');`;
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
    expect({ stdout, stderr }).toEqual({ stdout: 'closed\n', stderr: '' });
  });
});

interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly progress?: (text: string) => void;
  readonly signal?: AbortSignal;
}

function setUp(
  raw: RawOptions,
  payloads: readonly Payload[] = [],
  { env = {}, progress = () => undefined, signal = never }: Surroundings = {},
) {
  return plugin.setUp?.(plugin.parseOptions(raw), { payloads, mostInFlight: 1, progress, env, signal });
}

async function refused(raw: RawOptions, message: RegExp): Promise<void> {
  const error: unknown = await setUp(raw)?.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toMatch(message);
  expect((error as UserError).message).not.toMatch(/[\u0000-\u001f]/);
}

async function open(
  raw: RawOptions,
  given: readonly Payload[] = [],
): Promise<{ backend: Backend; payloads: readonly Payload[] }> {
  const result = await setUp(raw, given);
  if (result === undefined) throw new Error('no set-up');
  const payloads = result.payloads ?? given;
  const context = { clock, payloads, worker: 0, workers: 1, runId: 'test', seed: 1, virtual: false };
  const backend = await plugin.create(structuredClone(result.options), context);
  await backend.prepare?.(never);
  return { backend, payloads };
}

function invoke(
  backend: Backend,
  seq: number,
  payload = 0,
): Promise<{ handedMs: number; outcome: Outcome }> & { abort: () => void } {
  const handedMs = clock.now();
  let abort = (): void => undefined;
  const call = {
    seq,
    dueMs: handedMs,
    handedMs,
    payload,
    signal: never,
    onAbort: (listener: () => void) => (abort = listener),
  };
  const answered = asked(backend)
    .invoke(call)
    .then((outcome) => ({ handedMs, outcome }));
  return Object.assign(answered, {
    abort: () => {
      abort();
    },
  });
}

function success(outcome: Outcome): { sentMs: number; doneMs: number; doneEarliestMs: number; serverMs: number } {
  const { ok, sentMs = NaN, doneMs = NaN, doneEarliestMs = NaN, serverMs = NaN } = outcome;
  expect(ok).toBe(true);
  return { sentMs, doneMs, doneEarliestMs, serverMs };
}

function json(value: unknown): Payload {
  return { kind: 'bytes', contentType: 'application/json', bytes: new TextEncoder().encode(JSON.stringify(value)) };
}
