import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecentResponses } from '#src/collectors/latency/watched';
import { foldSections } from '#src/collectors/registry';
import { TimeTally } from '#src/collectors/live/time-tally';
import { HISTORY_SECONDS, RECENT_SECONDS } from '#src/progress';
import { ENDED, makeRows, planFor, seeds, shuffled, sortedPercentile, toBlock, type Row } from './sample-rows.js';
import { calls, usageBlock } from './usage-rows.js';

describe('what is watched', () => {
  test('any rows in any blocks: what it has counted is what the report counts', async () => {
    await fc.assert(
      fc.asyncProperty(
        seeds,
        fc.integer({ min: 1, max: 1500 }),
        fc.nat({ max: 3000 }),
        async (seed, count, warmupMs) => {
          const rows = makeRows(count, seed, 4);
          const plan = planFor(rows, { warmupMs });
          const fold = foldSections({ plan });
          for (const block of shuffled(rows, seed)) fold.add(block);
          const live = fold.soFar(ENDED.endedMs);
          const { outcomes, latency, health } = fold.finish(ENDED).sections;
          expect(live.ok).toBe(outcomes.ok);
          expect(live.failures).toEqual(outcomes.failures);
          expect(live.ok + live.failed).toBe(count);
          const { response, lateness } = live;
          expect(sum(response.counts)).toBe(latency.response.count);
          expect(response.sumSeconds * 1000).toBeCloseTo((latency.response.meanMs ?? 0) * latency.response.count, 3);
          expect(sum(lateness.counts.slice(lateness.boundsSeconds.indexOf(0.001) + 1))).toBe(health.lateOver1Ms);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('percentiles of the last seconds and of each second, to 0.8 %', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 100_000 }), (seed, nowMs) => {
        const rows = makeRows(2000, seed, 40);
        const figures = new RecentResponses(0);
        const seen = rows.filter(({ doneMs }) => doneMs <= nowMs);
        figures.add(toBlock(seen));
        const { recent, seconds } = figures.soFar(nowMs);
        const now = Math.floor(nowMs / 1000);
        expectNear(recent, responses(seen, now - RECENT_SECONDS, now));
        expect(seconds).toHaveLength(Math.min(HISTORY_SECONDS, now));
        seconds.forEach((second, i) => {
          const at = now - seconds.length + i;
          expectNear(second, responses(seen, at, at));
        });
      }),
      { numRuns: 30 },
    );
  });
});

describe('the cost so far', () => {
  test('is what the report says once everything is in, and unknown where it is unknown', async () => {
    const rows = calls(300, { durationMs: 17.31, billedMs: 18 });
    const plan = planFor(rows.map(({ row }) => row));
    const billing = { model: 'lambda', memoryMb: 2048, timeoutMs: 3000 } as const;
    const fold = foldSections({ plan, cost: { billing, prices: '2026-11', machine: null } });
    expect(fold.soFar(0).cost).toEqual({ amount: 0, currency: 'USD' });
    fold.add(usageBlock(rows.slice(0, 100)));
    const early = fold.soFar(1000).cost?.amount ?? NaN;
    fold.add(usageBlock(rows.slice(100)));
    const late = fold.soFar(2000).cost?.amount ?? NaN;
    expect(early).toBeGreaterThan(0);
    expect(late).toBeGreaterThan(early);
    expect(late).toBe(fold.finish(ENDED).sections.cost.total);
    expect(foldSections({ plan }).soFar(0).cost).toBeNull();
  });

  test('a machine costs what has passed, not the length of the trace', async () => {
    const rows = makeRows(10, 1, 360_000);
    const machine = { name: 'aws:t2.2xlarge', count: 1 };
    const fold = foldSections({ plan: planFor(rows), cost: { billing: null, prices: '2026-11', machine } });
    const at = (ms: number): number => fold.soFar(ms).cost?.amount ?? NaN;
    expect(at(7_200_000) / at(3_600_000)).toBeCloseTo(2, 9);
    expect(at(-5)).toBe(at(0));
  });
});

test('TimeTally: each time is in the first bucket whose bound it does not exceed', () => {
  const bounds = [0.001, 0.01, 0.1];
  const time = fc.oneof(fc.double({ min: -5, max: 500 }), fc.constantFrom(0, 1, 10, 100, NaN, Infinity));
  fc.assert(
    fc.property(fc.array(time), (times) => {
      const tally = new TimeTally(bounds);
      for (const ms of times) tally.add(ms);
      const finite = times.filter((ms) => Math.abs(ms) < Infinity);
      const atMost = (bound: number): number => finite.filter((ms) => ms <= bound * 1000).length;
      const { counts, sumSeconds } = tally.soFar();
      expect(counts.map((_, i) => sum(counts.slice(0, i + 1)))).toEqual([...bounds.map(atMost), finite.length]);
      expect(sumSeconds * 1000).toBeCloseTo(sum(finite.map((ms) => Math.max(0, ms))), 6);
    }),
  );
});

function responses(rows: readonly Row[], fromSecond: number, toSecond: number): number[] {
  const within = ({ doneMs }: Row): boolean =>
    Math.floor(doneMs / 1000) >= fromSecond && Math.floor(doneMs / 1000) <= toSecond;
  return rows.filter((row) => row.outcome === 0 && within(row)).map(({ doneMs, dueMs }) => doneMs - dueMs);
}

function expectNear(seen: { readonly p50Ms: number | null; readonly p99Ms: number | null }, values: number[]): void {
  for (const [got, p] of [
    [seen.p50Ms, 50],
    [seen.p99Ms, 99],
  ] as const) {
    const exact = sortedPercentile(values, p);
    if (exact === null) expect(got).toBeNull();
    else expect(Math.abs((got ?? NaN) - exact)).toBeLessThanOrEqual(exact * 0.008 + 0.001);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
