import { expect, test } from 'vitest';
import type { Waits } from '#src/backends/backend';
import { inFlightMemory } from '#src/loop/in-flight';
import { KnownSecrets } from '#src/secrets/known-secrets';
import { readSystem } from '#src/systems/read-system';
import { runFleet } from '#src/threads/fleet';
import { InProcessMember } from '#src/threads/in-process-member';
import type { WorkerOrder } from '#src/threads/messages';
import { virtualTime } from '#src/threads/virtual-time';
import { registeredPlugin } from '../support/registered-plugin.js';
import { poisson } from './arrivals.js';

const plugin = await registeredPlugin('simulated');

const DUE = poisson(100, 200_000, 1);
/** 0.42-0.54 as measured on a busy machine. */
const MOST = 0.75;
const ROUNDS = 3;

test(`waiting by callback, a run in virtual time costs at most ${String(MOST)} of what turns of the event loop cost`, async () => {
  const system = await readSystem('aws-lambda');
  const options = { system: 'aws-lambda', gapMs: 0, loaded: { system, ready: new Int32Array(1) } };
  const run = async (waits: Waits): Promise<number> => {
    const order: WorkerOrder = {
      store: { kind: 'memory', count: DUE.length, atMs: DUE },
      window: { fromMs: 0, toMs: Infinity, speed: 1 },
      shard: { index: 0, of: 1 },
      pluginUrl: '',
      rehearsals: 0,
      options,
      payloads: [],
      runId: 'run',
      seed: 1,
      pacing: 'exact',
      yields: false,
      timeoutMs: 60_000,
      inFlight: { memory: inFlightMemory(1), limit: 1000 },
    };
    let rows = 0;
    const onSamples = (block: { rows: number }): void => void (rows += block.rows);
    const waiting = { ...plugin, waits };
    const time = virtualTime(waiting, order);
    const member = new InProcessMember(waiting, order, time, new KnownSecrets([]), { onSamples });
    const { signal } = new AbortController();
    await runFleet({ members: [member], onStart: () => undefined, stop: signal, hold: signal });
    return rows;
  };
  const least = { callbacks: Infinity, turns: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    least.turns = Math.min(least.turns, await cpuUs(() => run('on-the-clock')));
    least.callbacks = Math.min(least.callbacks, await cpuUs(() => run('by-callback')));
  }
  expect(await run('by-callback')).toBe(DUE.length);
  expect(least.callbacks / least.turns).toBeLessThan(MOST);
});

async function cpuUs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
