import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { capacitySteps, integrate } from '#src/collectors/capacity';
import { Cost } from '#src/collectors/cost/cost';
import type { Billing, CapacityReading, CostTerms } from '#src/cost-terms';
import type { CostSection } from '#src/report';
import type { Plan, RunEnd } from '#src/run';
import { FAILURES, outcomeCode, type SampleBlock, type Usage } from '#src/sample';
import { ENDED, makeRows, planFor, seeds } from '../sample-rows.js';
import { calls, usageBlock, type UsageRow } from '../usage-rows.js';

const LAMBDA: Billing = { model: 'lambda', memoryMb: 2048, timeoutMs: 3000 };
const GEN1: Billing = { model: 'cloud-functions-gen1', memoryMb: 2048, timeoutMs: 60_000 };
const ENDPOINT: Billing = { model: 'hourly', machine: 'sagemaker:ml.m4.2xlarge' };

/** The 870 s of the study's traces, whatever is due in them. */
const PLAN: Plan = planFor([], { planned: 15_000, durationMs: 870_000, duePerSecond: new Array<number>(870).fill(0) });
const END: RunEnd = { ...ENDED, endedMs: 870_000 };

interface Given extends Partial<CostTerms> {
  readonly plan?: Plan;
  readonly end?: RunEnd;
}

function costOf(blocks: readonly SampleBlock[], { plan = PLAN, end = END, ...terms }: Given): CostSection {
  const fold = new Cost({ plan, cost: { billing: null, prices: '2026-11', machine: null, ...terms } });
  for (const block of blocks) fold.add(block);
  return fold.finish(end);
}

describe('worked by hand (docs/cost.md)', () => {
  test('15,000 Lambda calls of 18 ms at 2048 MB: 15,000 x 0.2e-6 + 540 GB-s x 0.0000166667', () => {
    for (const prices of ['2021-03', '2026-11']) {
      const { total, low, high, items, perMillionRequests } = costOf(
        [usageBlock(calls(15_000, { durationMs: 17.31, billedMs: 18 }))],
        { billing: LAMBDA, prices },
      );
      expect(items.map(({ quantity }) => quantity)).toEqual([15_000, 540]);
      expect(total).toBeCloseTo(0.003 + 0.009000018, 14);
      expect(perMillionRequests).toBeCloseTo(0.8000012, 12);
      expect([low, high]).toEqual([total, total]);
    }
  });

  test.each([
    [95, 1],
    [100, 1],
    [105, 2],
  ])('the same on Cloud Functions gen1 at %i ms: 15,000 x 0.4e-6 + 15,000 x %i x 2.9e-6', (durationMs, steps) => {
    const { total, items } = costOf([usageBlock(calls(15_000, { durationMs }))], { billing: GEN1, prices: '2021-03' });
    expect(items.map(({ quantity }) => quantity)).toEqual([15_000, 3000 * steps, 3600 * steps]);
    expect(total).toBeCloseTo(0.006 + 0.0435 * steps, 14);
  });

  test('an n1-standard-8 for 870 s: 0.379998 x 870 / 3600; with a T4: + 0.35 x 870 / 3600', () => {
    const block = usageBlock(calls(15_000, undefined));
    const machine = { name: 'gcp:n1-standard-8', count: 1 };
    const without = costOf([block], { machine, prices: '2021-03' });
    expect(without.total).toBeCloseTo(0.09183285, 12);
    const t4 = costOf([block], { machine: { ...machine, name: 'gcp:n1-standard-8+t4' }, prices: '2021-03' });
    expect(t4.total).toBeCloseTo(0.09183285 + 0.0845833333333, 12);
    const two = costOf([block], { machine: { ...machine, count: 2 }, prices: '2021-03' });
    expect(two.total).toBeCloseTo(2 * 0.09183285, 12);
  });

  test('an endpoint of 1, then 4, then 2 instances: (300 x 1 + 300 x 4 + 270 x 2) s x 0.56 / 3600', () => {
    const rows = [...calls(1, undefined), ...calls(1, undefined, { seq: 1, dueMs: 800_000, doneMs: 870_000 })];
    const at = (ms: number, instances: number): CapacityReading => ({ atMs: ms, counts: { instances } });
    const capacity = [at(0, 1), at(300_000, 4), at(600_000, 2), at(930_000, 2)];
    const { total, low, high, scaleInTail } = costOf([usageBlock(rows)], {
      billing: ENDPOINT,
      end: { ...END, capacity },
    });
    expect(total).toBeCloseTo((2040 * 0.56) / 3600, 12);
    // Each change may have come any time between two readings.
    expect(low).toBeCloseTo(((300 * 1 + 300 * 2 + 270 * 2) * 0.56) / 3600, 12);
    expect(high).toBeCloseTo(((300 * 4 + 300 * 4 + 270 * 2) * 0.56) / 3600, 12);
    expect(scaleInTail).toBeCloseTo((60 * 2 * 0.56) / 3600, 12);
  });

  test('init: unbilled by the sheet of 2021, contained in the billed time of today, and never added twice', () => {
    const told = { durationMs: 395.99, initMs: 265.72, billedMs: 662 };
    const gbSeconds = (usage: Usage, prices: string) =>
      costOf([usageBlock(calls(1, usage, { coldStart: 2 }))], { billing: LAMBDA, prices }).items[1]?.quantity;
    expect(gbSeconds(told, '2026-11')).toBe((662 * 2048) / 1024 / 1000);
    expect(gbSeconds(told, '2021-03')).toBe((396 * 2048) / 1024 / 1000);
    // As it was reported before 2025-08: both sheets give what they gave above.
    const before = { ...told, billedMs: 396 };
    expect(gbSeconds(before, '2026-11')).toBe((662 * 2048) / 1024 / 1000);
    expect(gbSeconds(before, '2021-03')).toBe((396 * 2048) / 1024 / 1000);
    const today = costOf([usageBlock(calls(1, told, { coldStart: 2 }))], { billing: LAMBDA });
    expect(today.coldStarts).toBeCloseTo(((662 - 396) / 1000) * 2 * 0.0000166667, 14);
  });

  test('a machine is billed for 60 s at least, and for the longer of trace and run', () => {
    const machine = { name: 'aws:t2.2xlarge', count: 1 };
    const hours = (durationMs: number, endedMs: number) =>
      costOf([], { machine, plan: { ...PLAN, durationMs }, end: { ...END, endedMs } }).items.map(
        ({ quantity }) => quantity * 3600,
      );
    expect(hours(20_000, 5000)).toEqual([20, 40]);
    expect(hours(90_000, 5000)).toEqual([90]);
    expect(hours(90_000, 120_000)).toEqual([120]);
  });
});

describe('what is unknown', () => {
  const one = (change: Partial<UsageRow['row']>, usage?: Usage) =>
    costOf([usageBlock(calls(1, usage, change, 500))], { billing: LAMBDA });
  const request = 0.2e-6;
  const perMs = (2 * 0.0000166667) / 1000;

  test('an invocation without usage is an interval up to the timeout of the function, and estimated', () => {
    const { low, total, high, items } = one({});
    expect(low).toBeCloseTo(request + perMs, 14);
    expect(total).toBeCloseTo(request + 500 * perMs, 14);
    expect(high).toBeCloseTo(request + 3000 * perMs, 14);
    expect(items.map(({ estimated }) => estimated)).toEqual([false, true]);
  });

  test('timeouts and aborts may have been billed, throttles are not, and what was reported is billed whatever came of it', () => {
    for (const failure of ['timeout', 'aborted', 'cut'] as const) {
      const { low, high } = one({ outcome: outcomeCode(failure), sentMs: NaN });
      expect(low).toBe(0);
      expect(high).toBeCloseTo(request + 3000 * perMs, 14);
    }
    for (const failure of ['throttled', 'shed', 'unreachable'] as const)
      expect(one({ outcome: outcomeCode(failure) })).toMatchObject({ low: 0, total: 0, high: 0 });
    for (const failure of FAILURES)
      expect(one({ outcome: outcomeCode(failure) }, { billedMs: 40 }).total).toBeCloseTo(request + 40 * perMs, 14);
  });

  test('null with the reason, never zero', () => {
    const block = usageBlock(calls(3, { durationMs: 5 }));
    const cases: [Given, RegExp][] = [
      [{}, /--machine/],
      [{ billing: { model: 'none' } }, /--machine/],
      [{ billing: { model: 'lambda' } }, /memory of 3 invocations/],
      [{ billing: { ...LAMBDA, region: 'mars' } }, /no price for lambda:request in mars/],
      [{ billing: { model: 'cloud-run', memoryMb: 512 }, prices: '2021-03' }, /no price for cloud-run/],
      [{ billing: { model: 'hourly' } }, /which machine/],
      [{ billing: ENDPOINT }, /number of instances is unknown.*did not tell/],
      [
        { billing: ENDPOINT, end: { ...END, capacity: [{ atMs: 0, failed: 'denied' }] } },
        /number of instances is unknown: denied/,
      ],
      [{ billing: { model: 'barter' as 'none' } }, /billing of barter is unknown/],
    ];
    for (const [given, why] of cases) {
      const { total, low, high, perMillionRequests, coldStarts, reason } = costOf([block], given);
      expect([total, low, high, perMillionRequests, coldStarts]).toEqual([null, null, null, null, null]);
      expect(reason).toMatch(why);
    }
  });

  test('a backend without prices contributes nothing once a machine is named; one with prices, its own', () => {
    const block = usageBlock(calls(3, { durationMs: 5 }));
    const machine = { name: 'aws:t2.2xlarge', count: 1 };
    const alone = costOf([block], { machine }).total ?? NaN;
    expect(alone).toBeCloseTo((0.3712 * 870) / 3600, 12);
    const lambda = costOf([block], { billing: LAMBDA }).total ?? NaN;
    expect(costOf([block], { machine, billing: LAMBDA }).total).toBeCloseTo(alone + lambda, 12);
    expect(costOf([block], { machine, billing: { model: 'lambda' } }).total).toBeNull();
  });

  test('readings that fail in between make a note, and the reading before holds on', () => {
    const capacity: CapacityReading[] = [
      { atMs: 0, counts: { instances: 2 } },
      { atMs: 5000, failed: 'no' },
    ];
    const { total, notes } = costOf([usageBlock(calls(100, undefined))], {
      billing: ENDPOINT,
      end: { ...END, capacity },
    });
    expect(total).toBeCloseTo((2 * 1.01 * 0.56) / 3600, 12);
    expect(notes.join(' ')).toMatch(/1 of 2 readings/);
  });

  test('time that requests may share is a bound, and says so', () => {
    const block = usageBlock(calls(10, { durationMs: 90 }));
    const run = (concurrency?: number) =>
      costOf([block], {
        billing: { model: 'cloud-run', memoryMb: 2048, ...(concurrency === undefined ? {} : { concurrency }) },
      });
    const [unknown, alone, four] = [run(), run(1), run(4)];
    expect(unknown.low).toBeCloseTo(10 * 0.4e-6, 12);
    expect(alone.low).toBe(alone.total);
    expect(four.low).toBeCloseTo(10 * 0.4e-6 + (10 * 2.9e-6) / 4, 12);
    for (const { notes } of [unknown, alone, four]) expect(notes.join(' ')).toMatch(/upper bound/);
  });
});

const usages = fc.record(
  {
    durationMs: fc.double({ min: 0, max: 5000, noNaN: true }),
    billedMs: fc.integer({ min: 0, max: 6000 }),
    initMs: fc.double({ min: 0, max: 3000, noNaN: true }),
    memoryMb: fc.constantFrom(128, 1769, 2048),
  },
  { requiredKeys: [] },
);
const models = fc.constantFrom(LAMBDA, GEN1, { model: 'cloud-run', memoryMb: 512, concurrency: 3 } as Billing);

/** Made-up rows of all outcomes, some with usage. */
function mixed(seed: number, some: readonly Usage[]): UsageRow[] {
  return makeRows(200, seed, 12, 0.3).map((row, i) => {
    const usage = i % 3 === 0 ? undefined : some[i % some.length];
    return { row, ...(usage === undefined ? {} : { usage }) };
  });
}

describe('laws', () => {
  test('any order and any split: the same digits; parts add up to the whole; low <= total <= high', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.array(usages, { minLength: 1, maxLength: 9 }),
        models,
        fc.nat({ max: 200 }),
        (seed, some, billing, cut) => {
          const rows = mixed(seed, some);
          const plan = planFor(rows.map(({ row }) => row));
          const whole = costOf([usageBlock(rows)], { billing, plan });
          const [first, rest] = [usageBlock(rows.slice(0, cut)), usageBlock(rows.slice(cut))];
          expect(costOf([rest, first], { billing, plan })).toEqual(whole);
          const [a, b] = [first, rest].map((block) => costOf([block], { billing, plan }));
          for (const key of ['total', 'low', 'high'] as const)
            expect((a?.[key] ?? NaN) + (b?.[key] ?? NaN)).toBeCloseTo(whole[key] ?? NaN, 12);
          whole.items.forEach(({ quantity }, i) => {
            expect((a?.items[i]?.quantity ?? NaN) + (b?.items[i]?.quantity ?? NaN)).toBeCloseTo(quantity, 9);
          });
          expect(whole.low).toBeLessThanOrEqual(whole.total ?? NaN);
          expect(whole.total).toBeLessThanOrEqual(whole.high ?? NaN);
          expect(whole.low).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('more usage never costs less', () => {
    const keys = fc.constantFrom('durationMs', 'billedMs', 'memoryMb');
    fc.assert(
      fc.property(usages, models, keys, fc.constantFrom('2021-03', '2026-11'), (usage, billing, key, prices) => {
        fc.pre(usage[key] !== undefined && !(prices === '2021-03' && billing.model === 'cloud-run'));
        const cost = (one: Usage) => costOf([usageBlock(calls(1, one))], { billing, prices });
        const [less, more] = [cost(usage), cost({ ...usage, [key]: (usage[key] ?? 0) * 1.5 + 1 })];
        for (const bound of ['low', 'total', 'high'] as const)
          expect(more[bound]).toBeGreaterThanOrEqual(less[bound] ?? NaN);
      }),
      { numRuns: 1000 },
    );
  });

  test('the seconds of the timeline add up to the total', () => {
    fc.assert(
      fc.property(seeds, fc.array(usages, { minLength: 1, maxLength: 9 }), models, (seed, some, billing) => {
        const rows = mixed(seed, some);
        const plan = planFor(rows.map(({ row }) => row));
        const end = { ...ENDED, endedMs: plan.durationMs };
        // One without a least time that is billed, which belongs to no second.
        const machine = { name: 'vertex:t4', count: 3 };
        const fold = new Cost({ plan, cost: { billing, prices: '2026-11', machine } });
        fold.add(usageBlock(rows));
        const seconds = fold.ofSeconds(
          plan.duePerSecond.map((due, second) => ({
            second,
            due,
            sent: 0,
            ok: 0,
            failed: 0,
            meanMs: null,
            p50Ms: null,
            p99Ms: null,
          })),
          end,
        );
        const sum = seconds.reduce((total, { cost }) => total + (cost ?? NaN), 0);
        expect(sum / (fold.finish(end).total ?? NaN)).toBeCloseTo(1, 9);
      }),
      { numRuns: 20 },
    );
  });

  test('the integral of capacity equals a sum over small pieces', () => {
    const reading = fc.record({ atMs: fc.integer({ min: -10, max: 100 }), count: fc.nat({ max: 9 }) });
    fc.assert(
      fc.property(
        fc.uniqueArray(reading, { minLength: 1, maxLength: 12, selector: ({ atMs }) => atMs }),
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 0, max: 60 }),
        (readings, fromMs, lengthMs) => {
          const steps = capacitySteps(readings.map(({ atMs, count }) => ({ atMs, counts: { replicas: count } })));
          let paper = 0;
          for (let ms = fromMs; ms < fromMs + lengthMs; ms++)
            paper += (steps.findLast(({ atMs }) => atMs <= ms) ?? steps[0])?.count ?? NaN;
          const { low, expected, high } = integrate(steps, fromMs, fromMs + lengthMs);
          expect(expected).toBe(paper);
          expect(low).toBeLessThanOrEqual(expected);
          expect(expected).toBeLessThanOrEqual(high);
        },
      ),
    );
  });
});
