import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BackendPlugin, Call } from '#src/backends/backend';
import type { Clock } from '#src/clock';
import { inFlightMemory } from '#src/loop/in-flight';
import type { WorkerOrder } from '#src/threads/messages';
import { createVirtualClock } from '#src/time/virtual-clock';
import { KnownSecrets } from '#src/secrets/known-secrets';
import { runFleet } from '#src/threads/fleet';
import { InProcessMember } from '#src/threads/in-process-member';
import { virtualTime } from '#src/threads/virtual-time';
import { shardRowsOf, type ShardRow } from '../loop/run-shard.js';

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

describe('a backend that waits by callback', () => {
  const DUES = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 40 });
  /** What was called when, of steps and of waits that wait again. */
  const order = async (byCallback: boolean, dues: readonly number[], again: readonly number[]): Promise<string[]> => {
    const clock = createVirtualClock({ byCallback });
    const heard: string[] = [];
    const hear = (what: string): void => void heard.push(`${what} at ${String(clock.now())}`);
    const wait = (dueMs: number, then: () => void): void => {
      if (byCallback) clock.ofBackend.at(dueMs, then);
      else void clock.ofBackend.until(dueMs).then(then);
    };
    const due = dues.toSorted((a, b) => a - b);
    let sent = 0;
    const work = async (): Promise<void> => {
      void clock.until(6).then(() => {
        hear('a promise');
      });
      await clock.pace(() => {
        while (sent < due.length && (due[sent] as number) <= clock.now()) {
          const name = String(sent);
          hear(`sent ${name}`);
          const ms = again[sent++ % again.length] as number;
          wait(clock.now() + ms, () => {
            hear(`half ${name}`);
            wait(clock.now() + ms, () => {
              hear(`whole ${name}`);
            });
          });
        }
        return due[sent] ?? Infinity;
      }, new AbortController().signal);
      hear('all sent');
      await clock.until(100);
    };
    await clock.drive(work());
    return heard;
  };

  test('sees the same in the same order as one that waits for promises', async () => {
    await fc.assert(
      fc.asyncProperty(DUES, fc.array(fc.integer({ min: -1, max: 5 }), { minLength: 1 }), async (dues, again) => {
        expect(await order(true, dues, again)).toEqual(await order(false, dues, again));
      }),
    );
  });

  test('a stop ends the sending at the next moment, as it does for promises', async () => {
    const sentUntil = async (byCallback: boolean): Promise<number[]> => {
      const clock = createVirtualClock({ byCallback });
      const stop = new AbortController();
      const sent: number[] = [];
      clock.at(5, () => {
        stop.abort();
      });
      await clock.drive(
        clock.pace(() => {
          sent.push(clock.now());
          return clock.now() + 1;
        }, stop.signal),
      );
      return sent;
    };
    expect(await sentUntil(true)).toEqual(await sentUntil(false));
  });

  test('time waits for what is behind', async () => {
    const clock = createVirtualClock({ byCallback: true });
    let steps = 0;
    let waits = 0;
    const behind = (): Promise<void> | undefined => {
      if (steps < 500 * (waits + 1)) return undefined;
      waits++;
      const before = steps;
      return new Promise<void>((resolve) => setTimeout(resolve, 2)).then(() => {
        expect(steps).toBe(before);
      });
    };
    const step = (): number => (++steps === 3000 ? Infinity : clock.now() + 1);
    await clock.drive(clock.pace(step, new AbortController().signal), { behind });
    expect(steps).toBe(3000);
    expect(waits).toBeGreaterThan(2);
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
    onSamples: (block: Parameters<typeof shardRowsOf>[0]) => void,
  ): Promise<object> => {
    const time = virtualTime(plugin, order);
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
    const rows: ShardRow[] = [];
    const onBlock = (block: Parameters<typeof shardRowsOf>[0]): void => void rows.push(...shardRowsOf(block));
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

  test.each<[how: string, invoke: (call: Call, clock: Clock) => unknown]>([
    ['in a promise', () => Promise.resolve({ ok: true })],
    [
      'by clock.until',
      (call, clock) => (void clock.until(clock.now() + 5).then(() => call.settle({ ok: true })), 'settles'),
    ],
    ['in a timer', (call) => (setTimeout(() => call.settle({ ok: true }), 2), 'settles')],
  ])('by callback, a request that is settled %s ends the run', async (_, invoke) => {
    const stray: BackendPlugin = {
      ...(plugin as BackendPlugin),
      waits: 'by-callback',
      create: (_options, { clock }) => ({
        invoke: (call) => invoke(call, clock) as 'settles',
      }),
    };
    await expect(runVirtually(stray, () => undefined)).rejects.toThrow(/stub says that it waits by callback/);
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
    const rows: ShardRow[] = [];
    await runVirtually(queued, (block) => void rows.push(...shardRowsOf(block)));
    expect(rows.map(({ doneMs }) => doneMs)).toEqual([40, 70]);
  });
});
