import { describe, expect, it } from 'vitest';
import { parseSystem } from '#src/systems/parse-system';
import { readSystem, variantsOf } from '#src/systems/read-system';
import { parseTree } from '#src/systems/read-tree';
import { renderSystem } from '#src/systems/render-system';
import { SHIPPED } from '#src/systems/shipped';
import type { SimulatedSystem } from '#src/systems/system';
import { systemFrom } from './system-from.js';

async function again(system: SimulatedSystem): Promise<SimulatedSystem> {
  const { model, runtime } = system;
  return parseSystem(await parseTree(await renderSystem(system), 'again.yaml'), { model, runtime });
}

/** Reading 16.26s gives 16260.000000000002 ms. */
function rounded(system: SimulatedSystem): unknown {
  const digits = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? (Number.isFinite(value) ? Number(value.toPrecision(14)) : String(value)) : value;
  return JSON.parse(JSON.stringify(system, digits));
}

describe('a system written to a file', () => {
  it.each(SHIPPED)('%s: every variant is read again as it was', async (name) => {
    for (const { model, runtime } of await variantsOf(name)) {
      const system = await readSystem(name, { model: model ?? undefined, runtime: runtime ?? undefined });
      expect(rounded(await again(system))).toEqual(rounded(system));
    }
  });

  it('keeps all blocks and odd amounts', async () => {
    const system = await systemFrom(`summary: 'a "summary": with # signs'
notes: ['first: one', '- second']
sender: {senders: 4, ramp: 3.25s, connectionSetUp: 30ms}
admission: {queueLimit: 30, waitLimit: 0.0001ms, clientTimeout: 700ms, abandonedWork: {value: free, options: [free, wasted]}}
server:
  service: {law: lognormal, rate: 33.333/s, cv: 0.8, batchMarginal: 0.25}
  workers: {range: [2, 9], source: 'a guess: "eight"'}
  slowdown: 0.1
  batcher: {maxSize: 8, maxDelay: 2ms}
  autoscaler: {target: 0.7, period: 3s, delay: 4s, maximum: 3, scaleInCooldown: 5s}
network: {roundTrip: {law: gamma, mean: 12ms, cv: 0.4}}
meter: {billing: hourly, machine: 'aws:t2.2xlarge', floorOnly: true}`);
    expect(await again(system)).toEqual(system);
    const pool = await systemFrom(`pool:
  start: shared
  concurrency: 3
  service: {law: exponential, mean: 90ms}
  coldStart: {stages: {container: 300ms, import: 400ms, download: 500ms, load: 200ms, firstInference: 50ms}, overlap: slices, slices: 4}
  idleLifetime: 4s
  concurrencyLimit: unlimited
meter: {billing: lambda, memoryMb: 1024, sheet: 2026-11}`);
    expect(await again(pool)).toEqual(pool);
  });
});
