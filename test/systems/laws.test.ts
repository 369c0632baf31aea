import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStation } from '#src/systems/create-station';
import type { DrawSummary } from '#src/systems/draw-summary';
import { simulateDraw } from '#src/systems/simulate';
import type { Sink } from '#src/systems/station';
import type { SimulatedSystem } from '#src/systems/system';
import { withValues } from '#src/systems/vary-system';
import { poisson } from './arrivals.js';
import { systemFrom } from './system-from.js';

const meanMs = ({ latency }: DrawSummary): number => latency?.meanMs ?? NaN;

/** The mean over independent draws and its standard error. */
function over(seeds: number, draw: (seed: number) => number): { mean: number; error: number } {
  const values = Array.from({ length: seeds }, (_, i) => draw(i + 1));
  const mean = values.reduce((sum, value) => sum + value, 0) / seeds;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (seeds - 1);
  return { mean, error: Math.sqrt(variance / seeds) };
}

/** Within 4 standard errors, which are small beside the value. */
function expectNear({ mean, error }: { mean: number; error: number }, truth: number): void {
  expect(error).toBeLessThan(0.05 * truth);
  expect(Math.abs(mean - truth)).toBeLessThan(4 * error + 0.004 * truth);
}

/** The probability that an arrival waits, M/M/c. */
function erlangC(c: number, load: number): number {
  const blocked = erlangB(c, load);
  return blocked / (1 - (load / c) * (1 - blocked));
}

function erlangB(c: number, load: number): number {
  let blocked = 1;
  for (let k = 1; k <= c; k++) blocked = (load * blocked) / (k + load * blocked);
  return blocked;
}

const server = (lines: string): Promise<SimulatedSystem> => systemFrom(`server: {${lines}}`);

describe('closed forms', () => {
  it('M/D/1: the mean wait is rho s / (2 (1 - rho))', async () => {
    const system = await server('service: 10ms');
    const found = over(16, (seed) => meanMs(simulateDraw(system, poisson(70, 600_000, seed), seed)));
    expectNear(found, 10 + (0.7 * 10) / (2 * 0.3));
  });

  it('M/G/1: Pollaczek and Khinchine, for every law of the service time', async () => {
    for (const [law, cv] of [
      ['exponential', 1],
      ['lognormal', 1.5],
      ['gamma', 0.5],
      ['gamma', 2],
    ] as const) {
      const text =
        law === 'exponential' ? '{law: exponential, mean: 10ms}' : `{law: ${law}, mean: 10ms, cv: ${String(cv)}}`;
      const system = await server(`service: ${text}`);
      const found = over(12, (seed) => meanMs(simulateDraw(system, poisson(50, 400_000, seed), seed)));
      expectNear(found, 10 + (0.5 * 10 * (1 + cv * cv)) / (2 * 0.5));
    }
  });

  it('M/M/c: the mean wait is C(c, a) s / (c - a)', async () => {
    const system = await server('workers: 4, service: {law: exponential, mean: 100ms}');
    const found = over(24, (seed) => meanMs(simulateDraw(system, poisson(32, 1_200_000, seed), seed)));
    expectNear(found, 100 + (erlangC(4, 3.2) * 100) / (4 - 3.2));
  });

  it('Erlang B: the loss without a queue, whatever the law', async () => {
    for (const law of ['{law: exponential, mean: 100ms}', '100ms', '{law: gamma, mean: 100ms, cv: 2}']) {
      const system = await systemFrom(`admission: {queueLimit: 0}\nserver: {workers: 5, service: ${law}}`);
      const found = over(16, (seed) => {
        const { requests, outcomes } = simulateDraw(system, poisson(40, 600_000, seed), seed);
        expect(outcomes.ok + outcomes.throttled).toBe(requests);
        return outcomes.throttled / requests;
      });
      expectNear(found, erlangB(5, 4));
    }
  });

  it('a pool without cold starts and with a concurrency limit loses as Erlang B, too', async () => {
    const system = await systemFrom(
      'pool: {service: {law: exponential, mean: 100ms}, coldStart: 0, idleLifetime: unlimited, concurrencyLimit: 5}',
    );
    const found = over(16, (seed) => {
      const { requests, outcomes } = simulateDraw(system, poisson(40, 600_000, seed), seed);
      return outcomes.throttled / requests;
    });
    expectNear(found, erlangB(5, 4));
  });

  it('instances from a cold start with infinite lifetime: all that arrives within it, lambda x T', async () => {
    for (const start of ['bound', 'shared']) {
      const system = await systemFrom(`pool: {start: ${start}, service: 1ms, coldStart: 2s, idleLifetime: unlimited}`);
      const found = over(40, (seed) => simulateDraw(system, poisson(20, 60_000, seed), seed).instances.created);
      // The first arrival, and those within 2 s of it; with a shared queue they are no queue's own.
      expectNear(found, 1 + 20 * 2);
    }
  });

  it('idle lifetimes: an instance is found again with the probability that the next gap ends first', async () => {
    const expected = { exponential: 1 / (1 + 0.5 * 2), fixed: 1 - Math.exp(-0.5 * 2) };
    for (const law of ['exponential', 'fixed'] as const) {
      const system = await systemFrom(`pool: {service: 0, coldStart: 0, idleLaw: ${law}, idleLifetime: 2s}`);
      const found = over(16, (seed) => {
        const { requests, coldStarts } = simulateDraw(system, poisson(0.5, 4_000_000, seed), seed);
        return coldStarts.count / requests;
      });
      expectNear(found, law === 'fixed' ? 1 - expected.fixed : expected.exponential);
    }
  });
});

/** A system of any shape. */
const anySystem = fc
  .record({
    isPool: fc.boolean(),
    law: fc.constantFrom(
      '20ms',
      '{law: exponential, mean: 30ms}',
      '{law: lognormal, mean: 25ms, cv: 1.2}',
      '{law: gamma, mean: 25ms, cv: 0.7}',
    ),
    places: fc.integer({ min: 1, max: 6 }),
    queueLimit: fc.constantFrom('unlimited', '0', '5', '40'),
    waitLimit: fc.constantFrom('unlimited', '50ms', '400ms'),
    clientTimeout: fc.constantFrom('unlimited', '60ms', '500ms'),
    abandonedWork: fc.constantFrom('wasted', 'free'),
    extra: fc.integer({ min: 0, max: 3 }),
    start: fc.constantFrom('bound', 'shared'),
    waitingPerStart: fc.constantFrom('1', '2', '4'),
    startRate: fc.constantFrom('unlimited', '5/s'),
    idleLaw: fc.constantFrom('fixed', 'exponential'),
  })
  .map((of) => {
    const admission = `admission: {queueLimit: ${of.queueLimit}, waitLimit: ${of.waitLimit}, clientTimeout: ${of.clientTimeout}, abandonedWork: ${of.abandonedWork}}\n`;
    const timeout = `admission: {clientTimeout: ${of.clientTimeout}, abandonedWork: ${of.abandonedWork}}\n`;
    const extras = [
      '',
      ', batcher: {maxSize: 4, maxDelay: 10ms}',
      ', lone: 5ms, slowdown: 0.1',
      ', autoscaler: {target: 0.6, period: 1s, delay: 2s, maximum: 9, scaleInCooldown: 2s}',
    ];
    if (!of.isPool)
      return `${admission}server: {workers: ${String(of.places)}, service: ${of.law}${extras[of.extra] ?? ''}}`;
    const trigger = of.start === 'bound' ? '1' : of.waitingPerStart;
    const pool = `pool: {start: ${of.start}, waitingPerStart: ${trigger}, startRate: ${of.startRate}, concurrency: ${String(of.places)}, service: ${of.law}, coldStart: 300ms, idleLaw: ${of.idleLaw}, idleLifetime: 1s, concurrencyLimit: 20}`;
    return (of.start === 'bound' ? timeout : admission) + pool;
  });

describe('laws of every system', () => {
  it('arrivals = successes + failures; nothing is reported twice, late, or before it came', async () => {
    await fc.assert(
      fc.asyncProperty(
        anySystem,
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 5, max: 400 }),
        async (text, seed, rate) => {
          const system = await systemFrom(text);
          const due = poisson(rate, 4000, seed);
          const ends = new Map<number, number>();
          const wrong: number[] = [];
          let nowMs = 0;
          const sink: Sink = {
            ended(seq, _requests, _outcome, doneMs) {
              expect(ends.has(seq)).toBe(false);
              expect(doneMs).toBeGreaterThanOrEqual(due[seq] as number);
              expect(doneMs).toBeGreaterThanOrEqual(nowMs - 1e-9);
              ends.set(seq, doneMs);
            },
          };
          const station = createStation(system, seed, sink, null);
          // One by one, as a run does it: every event at its moment.
          const happen = (untilMs: number): void => {
            while (station.nextMs <= untilMs && (station.isBusy || untilMs < Infinity)) {
              nowMs = station.nextMs;
              station.advance(nowMs);
            }
          };
          due.forEach((ms, seq) => {
            happen(ms);
            nowMs = ms;
            station.arrive(ms, seq, 1);
          });
          happen(Infinity);
          expect(wrong).toEqual([]);
          expect(ends.size).toBe(due.length);

          const summary = simulateDraw(system, due, seed);
          const { ok, throttled, timeout, serverError } = summary.outcomes;
          expect(ok + throttled + timeout + serverError).toBe(due.length);
          expect(summary.lastDoneMs).toBe(Math.max(due[0] ?? 0, ...ends.values()));
          expect(summary).toEqual(simulateDraw(system, due, seed));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("Little's law: the mean number inside is the rate times the mean latency", async () => {
    await fc.assert(
      fc.asyncProperty(anySystem, fc.integer({ min: 1, max: 1e6 }), async (text, seed) => {
        const system = await systemFrom(text);
        const due = poisson(60, 20_000, seed);
        const changes: [atMs: number, by: number][] = [...due].map((ms) => [ms, 1]);
        let sumMs = 0;
        const sink: Sink = {
          ended(seq, _requests, _outcome, doneMs) {
            changes.push([doneMs, -1]);
            sumMs += doneMs - (due[seq] as number);
          },
        };
        const station = createStation(system, seed, sink, null);
        due.forEach((ms, seq) => {
          station.arrive(ms, seq, 1);
        });
        while (station.isBusy) station.advance(station.nextMs);
        changes.sort((a, b) => a[0] - b[0]);
        let [inside, areaMs, lastMs] = [0, 0, 0];
        for (const [atMs, by] of changes) {
          areaMs += inside * (atMs - lastMs);
          inside += by;
          lastMs = atMs;
        }
        expect(inside).toBe(0);
        expect(areaMs).toBeCloseTo(sumMs, 3);
      }),
      { numRuns: 30 },
    );
  });

  it('more capacity never lowers success, where giving up costs no work', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 8 }), async (seed, workers) => {
        const due = poisson(100, 20_000, seed);
        const ok = async (places: number): Promise<number> =>
          simulateDraw(
            await systemFrom(`admission: {waitLimit: 300ms}\nserver: {workers: ${String(places)}, service: 40ms}`),
            due,
            seed,
          ).outcomes.ok;
        expect(await ok(workers + 1)).toBeGreaterThanOrEqual(await ok(workers));
      }),
    );
  });

  it('is the same in another unit of time: all times doubled double all latencies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.boolean(), async (seed, isPool) => {
        const text = isPool
          ? 'admission: {waitLimit: 400ms}\npool: {start: shared, startRate: 8/s, service: {law: exponential, mean: 32ms}, coldStart: 256ms, idleLifetime: 1024ms}'
          : 'admission: {waitLimit: 400ms}\nserver: {workers: 2, service: {law: lognormal, mean: 32ms, cv: 1}, lone: 16ms, autoscaler: {target: 0.5, period: 1024ms, delay: 512ms, maximum: 4}}';
        const system = await systemFrom(text);
        const due = poisson(80, 10_000, seed);
        const [once, twice] = [
          simulateDraw(system, due, seed),
          simulateDraw(
            doubled(system),
            due.map((ms) => 2 * ms),
            seed,
          ),
        ];
        expect(twice.outcomes).toEqual(once.outcomes);
        expect(twice.instances).toEqual(once.instances);
        expect(meanMs(twice)).toBeCloseTo(2 * meanMs(once), 6);
      }),
    );
  });

  it('gives two systems the same draws for the same request', async () => {
    const due = poisson(20, 30_000, 5);
    const service = 'service: {law: exponential, mean: 50ms}';
    const ran = async (text: string): Promise<number[]> => {
      const times: number[] = [];
      const sink: Sink = { ended: (seq, _requests, _outcome, _doneMs, ranMs) => void (times[seq] = ranMs) };
      const station = createStation(await systemFrom(text), 11, sink, null);
      due.forEach((ms, seq) => {
        station.arrive(ms, seq, 1);
      });
      while (station.isBusy) station.advance(station.nextMs);
      return times;
    };
    const few = await ran(`server: {workers: 2, ${service}}`);
    expect(await ran(`server: {workers: 9, ${service}}`)).toEqual(few);
    expect(await ran(`pool: {${service}, coldStart: 1s, idleLifetime: 5s}`)).toEqual(few);
  });
});

/** Every length twice, every rate half. */
function doubled(system: SimulatedSystem): SimulatedSystem {
  const twice = new Map<string, number>();
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('unit' in node && 'value' in node && typeof node.value === 'number') {
      if (node.unit === 'ms') twice.set(path, 2 * node.value);
      if (node.unit === '/s') twice.set(path, node.value / 2);
      return;
    }
    for (const [key, child] of Object.entries(node)) {
      const name = key === 'station' ? system.station.kind : key;
      visit(child, path === '' ? name : `${path}.${name}`);
    }
  };
  visit(system, '');
  return withValues(system, twice);
}
