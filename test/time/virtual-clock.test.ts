import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BackendPlugin } from '#src/backends/backend';
import type { Clock } from '#src/clock';
import { inFlightMemory } from '#src/loop/in-flight';
import type { WorkerOrder } from '#src/threads/messages';
import { createVirtualClock } from '#src/time/virtual-clock';
import { KnownSecrets } from '#src/secrets/known-secrets';
import { runFleet } from '#src/threads/fleet';
import { InProcessMember } from '#src/threads/in-process-member';
import { virtualTime } from '#src/threads/virtual-time';
import { rowsOf, type Row } from '../loop/run-shard.js';

describe('createVirtualClock', () => {
  test('jumps to each awaited moment in order and nowhere else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), async (dueMs) => {
        const clock = createVirtualClock();
        const woken: number[] = [];
        const waits = dueMs.map(async (due) => {
          await clock.until(due);
          expect(clock.now()).toBe(due);
          woken.push(due);
        });
        await clock.drive(Promise.all(waits));
        expect(woken).toEqual(dueMs.toSorted((a, b) => a - b));
        expect(clock.now()).toBe(Math.max(...dueMs));
      }),
    );
  });

  test('a moment that has passed, or that is none, is no wait', async () => {
    const clock = createVirtualClock();
    await clock.drive(Promise.all([clock.until(-1), clock.until(NaN), clock.until(5).then(() => clock.until(4))]));
    expect(clock.now()).toBe(5);
  });

  test('says so when something waits for the world', async () => {
    await expect(createVirtualClock().drive(new Promise(() => undefined))).rejects.toThrow('stands still');
  });

  test('passes on what the work throws', async () => {
    const clock = createVirtualClock();
    const work = clock.until(3).then(() => Promise.reject(new Error('broke')));
    await expect(clock.drive(work)).rejects.toThrow('broke');
  });
});

describe('runVirtualFleet', () => {
  const order: WorkerOrder = {
    store: { kind: 'memory', count: 4, atMs: Float64Array.of(0, 10, 10, 35) },
    window: { fromMs: 5, toMs: 35, speed: 0.5 },
    shard: { index: 0, of: 1 },
    pluginUrl: '',
    rehearsals: 0,
    options: { tookMs: 7 },
    payloads: [],
    runId: 'run',
    seed: 3,
    pacing: 'exact',
    yields: false,
    timeoutMs: 1000,
    inFlight: { memory: inFlightMemory(1), limit: 10 },
  };
  const runVirtually = async (
    plugin: BackendPlugin,
    onSamples: (block: Parameters<typeof rowsOf>[0]) => void,
  ): Promise<object> => {
    const time = virtualTime(plugin.name, order);
    const { signal } = new AbortController();
    const members = [new InProcessMember(plugin, order, time, new KnownSecrets([]), { onSamples })];
    const { ends } = await runFleet({ members, onStart: () => undefined, stop: signal, hold: signal });
    return { endedMs: time.clock.now(), ...ends[0] };
  };
  const steps: string[] = [];
  const plugin: BackendPlugin<{ tookMs: number }> = {
    name: 'stub',
    summary: '',
    waits: 'on-the-clock',
    knowsSent: false,
    publicOptions: [],
    parseOptions: () => ({ tookMs: 7 }),
    create({ tookMs }, { clock, virtual, seed, runId }) {
      steps.push(`create ${String(virtual)} ${String(seed)} ${runId}`);
      return {
        async prepare() {
          await clock.until(0);
          steps.push('prepare');
        },
        async invoke({ handedMs }) {
          await clock.until(handedMs + tookMs);
          return { ok: true };
        },
        facts: () => ({ answered: 2 }),
        close() {
          steps.push('close');
          return Promise.resolve();
        },
      };
    },
  };

  test('is the loop, the window and the backend from create to close', async () => {
    const rows: Row[] = [];
    const onBlock = (block: Parameters<typeof rowsOf>[0]): void => void rows.push(...rowsOf(block));
    const end = await runVirtually(plugin as BackendPlugin, onBlock);
    expect(end).toMatchObject({ endedMs: 17, facts: { answered: 2 } });
    expect(rows.map(({ seq, dueMs, doneMs }) => [seq, dueMs, doneMs])).toEqual([
      [1, 10, 17],
      [2, 10, 17],
    ]);
    expect(steps).toEqual(['create true 3 run', 'prepare', 'close']);
  });

  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  test.each<[wait: string, invoke: (call: { seq: number }, clock: Clock) => Promise<unknown>]>([
    ['a timer', () => sleep(2)],
    ['a turn of the event loop', () => turn()],
    ['a file', () => readFile('package.json')],
    ['a timer, then the clock', async (_, clock) => (await sleep(2), clock.until(clock.now() + 5))],
    ['the clock, then a timer', async (_, clock) => (await clock.until(clock.now() + 5), sleep(2))],
    ['a timer for every other request', ({ seq }, clock) => (seq % 2 === 0 ? sleep(2) : clock.until(clock.now() + 50))],
  ])('a request that waits for %s ends the run', async (_, wait) => {
    const asleep: BackendPlugin = {
      ...(plugin as BackendPlugin),
      create: (_options, { clock }) => ({ invoke: (call) => wait(call, clock).then(() => ({ ok: true })) }),
    };
    await expect(runVirtually(asleep, () => undefined)).rejects.toThrow(/backend stub waits for real time/);
  });

  test('requests that queue behind one that waits on the clock are no such case', async () => {
    const queued: BackendPlugin = {
      ...(plugin as BackendPlugin),
      create(_options, { clock }) {
        let last = Promise.resolve();
        return {
          async invoke() {
            await (last = last.then(() => clock.until(clock.now() + 30)));
            return { ok: true };
          },
        };
      },
    };
    const rows: Row[] = [];
    await runVirtually(queued, (block) => void rows.push(...rowsOf(block)));
    expect(rows.map(({ doneMs }) => doneMs)).toEqual([40, 70]);
  });
});
