import { describe, expect, it } from 'vitest';
import { simulateDraw } from '#src/systems/simulate';
import { poisson } from './arrivals.js';
import { systemFrom } from './system-from.js';

const POOL = 'service: 20ms, coldStart: 1s, idleLifetime: 60s';

describe('a system file that makes no sense is refused with place, field and reason', () => {
  it.each([
    ['', 'has no station: give a block server or pool'],
    [
      'server: {service: 20ms}\npool: {service: 20ms, coldStart: 1s, idleLifetime: 60s}',
      'pool: a system has one station',
    ],
    ['srever: {service: 20ms}', 'srever: there is no such field; did you mean server?'],
    ['server: {service: 20ms, worker: 2}', 'server.worker: there is no such field; did you mean workers?'],
    ['server: {}', 'server.service: is missing; give a length such as 20ms'],
    ['server: 20ms', 'server: expects names and values'],
    ['server: {service: -20ms}', 'server.service: must not be negative'],
    ['server: {service: {rate: -5/s}}', 'server.service.rate: must not be negative'],
    ['server: {service: {rate: 0/s}}', 'server.service.rate'],
    ['server: {service: {law: lognormal, mean: 20ms}}', 'server.service.law: the law lognormal needs cv'],
    ['server: {service: {law: gamma}}', 'server.service.law: the law gamma needs a mean'],
    ['server: {service: {law: pareto, mean: 20ms}}', 'server.service.law: expects one of constant, exponential'],
    ['server: {service: {from: /nowhere/at/all}}', 'server.service.from'],
    ['server: {service: 20}', 'server.service: 20: say the unit: 20s or 20ms'],
    ['server: {service: 20ms, workers: 1.5}', 'server.workers: must be a whole number'],
    ['server: {service: 20ms, workers: 0}', 'server.workers: must be above 0'],
    ['server: {service: {range: [40ms, 10ms]}}', 'server.service.range: expects two amounts, the lower first'],
    ['server: {service: {value: 5ms, range: [10ms, 40ms]}}', 'server.service.value: lies outside of its range'],
    ['server: {service: {value: 5ms, role: guessed}}', 'server.service.role: expects fixed, fitted, sampled'],
    ['server: {service: {value: 5ms, role: sampled}}', 'role sampled needs a range'],
    [`pool: {${POOL}, start: maybe}`, 'pool.start: expects one of bound, shared'],
    [`admission: {queueLimit: 5}\npool: {${POOL}}`, 'admission.queueLimit: with pool.start bound no request waits'],
    [`pool: {${POOL}, waitingPerStart: 2}`, 'pool.waitingPerStart: with pool.start bound'],
    [`pool: {${POOL}, contention: 0.5}`, 'pool.contention: at concurrency 1'],
    [`pool: {${POOL}, concurrencyLimit: 2, minimum: 3}`, 'pool.minimum: more instances than'],
    [`initial: {warm: 2}\nserver: {service: 20ms}`, 'initial.warm: a server has no warm instances'],
    [
      'server: {service: 20ms, autoscaler: {target: 0.5, delay: 1m, minimum: 5, maximum: 2}}',
      'server.autoscaler.minimum: is above',
    ],
    [
      'server: {service: 20ms, autoscaler: {target: 60, delay: 1m, maximum: 2}}',
      'server.autoscaler.target: utilisation is a share',
    ],
    ['server: {service: 20ms, autoscaler: {target: 0.6, maximum: 2}}', 'server.autoscaler.delay: is missing'],
    ['admission: {waitLimitActs: on-arrival}\nserver: {service: 20ms}', 'admission.waitLimitActs: has no effect'],
    ['server: {service: 20ms}\nmeter: {billing: lambda, memoryMb: 512}', 'meter.billing: a server is paid by the hour'],
    ['server: {service: 20ms}\nmeter: {billing: hourly}', 'meter.machine: is missing'],
    [
      'server: {service: 20ms}\nmeter: {billing: hourly, machine: "aws:none"}',
      'meter.machine: price sheet 2026-11 has no price',
    ],
    [`pool: {${POOL}}\nmeter: {billing: lambda}`, 'meter.memoryMb: is missing'],
    [
      `pool: {${POOL}}\nmeter: {billing: lambda, memoryMb: 512, startShare: 0.3}`,
      'meter.startShare: price sheet 2026-11 bills the whole start',
    ],
    [
      `admission: {clientTimeout: 1s, abandonedWork: free}\npool: {${POOL}}\nmeter: {billing: lambda, memoryMb: 512}`,
      'admission.abandonedWork',
    ],
    ['server: {service: 20ms\n', 'mine.yaml:'],
    ['server: {service: 20ms, service: 30ms}', 'mine.yaml:2:'],
    ['server: &a {service: 20ms}\nnetwork: *a', 'aliases are not read here'],
    [`server: ${'{a: '.repeat(40)}1${'}'.repeat(40)}`, 'nested too deeply'],
  ])('%s', async (text, expected) => {
    const refused = await systemFrom(text).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ name: 'UserError' });
    const { message } = refused as Error;
    expect(message).toContain(expected);
    expect(message).toMatch(/^mine\.yaml:/);
    expect(message).not.toContain('\n');
  });
});

describe('what a file says is what is simulated', () => {
  const due = poisson(20, 60_000, 2);

  it('one start for each 1, 2 or 4 that wait', async () => {
    const created = await Promise.all(
      ['1', '2', '4'].map(
        async (calls) =>
          simulateDraw(
            await systemFrom(
              `pool: {start: shared, waitingPerStart: ${calls}, service: 1ms, coldStart: 2s, idleLifetime: unlimited}`,
            ),
            due,
            1,
          ).instances.created,
      ),
    );
    const [one = 0, two = 0, four = 0] = created;
    expect(two / one).toBeCloseTo(1 / 2, 1);
    expect(four / one).toBeCloseTo(1 / 4, 1);
  });

  it('a limit on the start rate spaces starts', async () => {
    const system = await systemFrom(
      'pool: {start: shared, startRate: 2/s, service: 10s, coldStart: 0, idleLifetime: unlimited}',
    );
    const { instances } = simulateDraw(
      system,
      due.filter((ms) => ms < 10_000),
      1,
    );
    expect(instances.created).toBeGreaterThan(15);
    // Work goes on until the last is served; meanwhile no faster than 2 a second.
    expect(instances.created).toBeLessThan(2 * 110);
  });

  it('stages overlap as declared', async () => {
    const stages = '{container: 100ms, import: 300ms, download: 400ms, load: 200ms, firstInference: 50ms}';
    const start = async (more: string): Promise<number | null> =>
      simulateDraw(
        await systemFrom(`pool: {service: 1ms, coldStart: {stages: ${stages}${more}}, idleLifetime: unlimited}`),
        due,
        1,
      ).coldStarts.meanMs;
    expect(await start('')).toBeCloseTo(1050, 9);
    // The download ends 100 ms after the import.
    expect(await start(', overlap: import')).toBeCloseTo(750, 9);
    // The first slices are there when the import ends: loading goes on without a pause from then.
    expect(await start(', overlap: slices, slices: 4')).toBeCloseTo(100 + 300 + 200 + 50, 9);
  });

  it('a batcher gains what its batches share', async () => {
    const busy = poisson(200, 20_000, 4);
    const batched = 'service: {mean: 10ms, batchMarginal: 0.1}, batcher: {maxSize: 8, maxDelay: 5ms}';
    const mean = async (lines: string): Promise<number> =>
      simulateDraw(await systemFrom(`server: {${lines}}`), busy, 1).latency?.meanMs ?? NaN;
    expect(await mean('service: 10ms')).toBeGreaterThan(1000);
    expect(await mean(batched)).toBeLessThan(60);
    // A lone request waits for the batch to fill, and no longer.
    const [lone] = [simulateDraw(await systemFrom(`server: {${batched}}`), Float64Array.of(7), 1)];
    expect(lone?.latency?.meanMs).toBeCloseTo(15, 9);
  });

  it('an autoscaler adds instances after its delay, and takes them away', async () => {
    const wave = Float64Array.from([...poisson(60, 60_000, 1), ...poisson(2, 240_000, 2).map((ms) => ms + 60_000)]);
    const system = await systemFrom(
      'server: {service: 50ms, autoscaler: {target: 0.6, period: 5s, delay: 10s, maximum: 8, scaleInCooldown: 20s}}\nmeter: {billing: hourly, machine: "aws:t2.2xlarge"}',
    );
    const { instances, metered, lastDoneMs, firstDueMs } = simulateDraw(system, wave, 1);
    expect(instances.peak).toBeGreaterThan(3);
    const meanInstances = metered.instanceMs / (lastDoneMs - firstDueMs);
    expect(meanInstances).toBeGreaterThan(1.2);
    expect(meanInstances).toBeLessThan(instances.peak / 1.5);
  });

  it('work on abandoned requests is wasted, or free', async () => {
    const heavy = poisson(40, 30_000, 3);
    const ok = async (admission: string): Promise<number> =>
      simulateDraw(
        await systemFrom(`admission: {${admission}}\nserver: {service: {law: exponential, mean: 50ms}}`),
        heavy,
        1,
      ).outcomes.ok;
    const capacity = 20 * 30;
    // A system that gives up in time works only for those who still wait.
    expect(await ok('waitLimit: 300ms, clientTimeout: 2s')).toBeGreaterThan(0.9 * capacity);
    const free = await ok('clientTimeout: 500ms, abandonedWork: free');
    expect(free).toBeGreaterThan(0.4 * capacity);
    expect(await ok('clientTimeout: 500ms, abandonedWork: wasted')).toBeLessThan(0.3 * free);
  });
});
