import { expect, test } from 'vitest';
import plugin from '#src/backends/simulated';
import type { BackendPlugin } from '#src/backends/backend';
import { inFlightMemory } from '#src/loop/in-flight';
import { KnownSecrets } from '#src/secrets/known-secrets';
import { readSystem } from '#src/systems/read-system';
import { simulateDraw } from '#src/systems/simulate';
import { runFleet } from '#src/threads/fleet';
import { InProcessMember } from '#src/threads/in-process-member';
import type { WorkerOrder } from '#src/threads/messages';
import { virtualTime } from '#src/threads/virtual-time';
import { poisson } from './arrivals.js';

const DUE = poisson(100, 200_000, 1);
/** 4 as measured on a quiet machine; above 20 when each event of a run takes a turn of the event loop. */
const MOST = 14;
const ROUNDS = 4;

test(`a run in virtual time, with its samples, costs at most ${String(MOST)} times the CPU of a draw without`, async () => {
  const system = await readSystem('aws-lambda');
  const options = { system: 'aws-lambda', gapMs: 0, loaded: { system, ready: new Int32Array(1) } };
  const draw = (): Promise<number> => Promise.resolve(simulateDraw(system, DUE, 1).requests);
  const run = async (): Promise<number> => {
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
    const time = virtualTime(plugin, order);
    const member = new InProcessMember(plugin as BackendPlugin, order, time, new KnownSecrets([]), { onSamples });
    const { signal } = new AbortController();
    await runFleet({ members: [member], onStart: () => undefined, stop: signal, hold: signal });
    return rows;
  };
  expect(await run()).toBe(DUE.length);
  expect(await draw()).toBe(DUE.length);
  const least = { run: Infinity, draw: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    least.run = Math.min(least.run, await cpuUs(run));
    least.draw = Math.min(least.draw, await cpuUs(draw));
  }
  expect(least.run / least.draw).toBeLessThan(MOST);
});

async function cpuUs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
