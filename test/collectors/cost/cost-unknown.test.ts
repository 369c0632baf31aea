import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Cost } from '#src/collectors/cost/cost';
import { SHEETS } from '#src/collectors/cost/price-sheets';
import { PRICE_UNITS, type Billing } from '#src/cost-terms';
import type { CostSection } from '#src/report';
import { FAILURES, outcomeCode, type Failure } from '#src/sample';
import { ENDED, planFor } from '../sample-rows.js';
import { calls, usageBlock } from '../usage-rows.js';

const REQUEST = 0.2e-6;
const GB_SECOND = 0.0000166667;

/** The service turned it away, or never saw it. */
const UNBILLED: readonly Failure[] = ['throttled', 'unauthorized', 'rejected', 'unreachable', 'shed', 'local'];
/** The code ran. */
const RAN: readonly Failure[] = ['function-error', 'bad-answer'];

function costOf(failure: Failure | 'ok', count: number, tookMs: number, billing: Billing): CostSection {
  const outcome = failure === 'ok' ? 0 : outcomeCode(failure);
  const fold = new Cost({ plan: planFor([]), cost: { billing, prices: '2026-11', machine: null } });
  fold.add(usageBlock(calls(count, undefined, { outcome }, tookMs)));
  return fold.finish(ENDED);
}

const lambda = fc.record({
  memoryMb: fc.integer({ min: 128, max: 10_240 }),
  timeoutMs: fc.integer({ min: 1, max: 900_000 }),
});
const count = fc.integer({ min: 1, max: 50 });
const tookMs = fc.double({ min: 0, max: 1e6, noNaN: true });

describe('Lambda, where usage is not known', () => {
  test('every way to fail is billed nothing, or an interval up to the timeout of the function x its memory', () => {
    fc.assert(
      fc.property(fc.constantFrom<Failure | 'ok'>('ok', ...FAILURES), count, tookMs, lambda, (failure, n, took, of) => {
        const { low, total, high, items } = costOf(failure, n, took, { model: 'lambda', ...of });
        if (failure !== 'ok' && UNBILLED.includes(failure)) {
          expect([low, total, high]).toEqual([0, 0, 0]);
          return;
        }
        const perMs = (of.memoryMb / 1024 / 1000) * GB_SECOND;
        const ran = failure === 'ok' || RAN.includes(failure);
        expect(low).toBeCloseTo(ran ? n * (REQUEST + perMs) : 0, 12);
        expect((high ?? NaN) / (n * (REQUEST + of.timeoutMs * perMs))).toBeCloseTo(1, 9);
        const guessMs = Math.min(Math.max(1, Math.ceil(took - 1e-9)), of.timeoutMs);
        expect((total ?? NaN) / (n * (REQUEST + guessMs * perMs))).toBeCloseTo(1, 6);
        expect(items.some(({ estimated }) => estimated)).toBe(of.timeoutMs > 1 || !ran);
      }),
    );
  });
});

test('every row of every sheet has unit, price, region, source and date; a rounding step and a minimum where time is metered; or is unverified', () => {
  for (const { name, rows } of SHEETS) {
    for (const row of rows) {
      const what = `${name} ${row.id}`;
      expect(PRICE_UNITS, what).toContain(row.unit);
      expect(row.price, what).toBeGreaterThan(0);
      expect(row.region, what).toMatch(/^[a-z]+-[a-z]+-?\d$/);
      expect(row.source.length, what).toBeGreaterThan(5);
      expect(row.date, what).toMatch(/^20\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/);
      expect([undefined, true], what).toContain(row.unverified);
    }
    // The row of memory says for all time of its service how it is rounded.
    for (const row of rows.filter(({ unit }) => unit === 'GB-second' || unit === 'GiB-second')) {
      expect(row.stepMs, `${name} ${row.id}`).toBeGreaterThan(0);
      expect(row.minimumMs, `${name} ${row.id}`).toBeGreaterThan(0);
      expect(typeof row.initBilled, `${name} ${row.id}`).toBe('boolean');
    }
    // A machine of one's own is billed by the second, for a minute at least, and what is in it with it.
    for (const row of rows.filter(({ id }) => /^(aws|gcp):/.test(id)))
      expect(row.minimumMs, `${name} ${row.id}`).toBe(60_000);
    const without = rows.filter(({ source, unverified }) => /recollection|unknown/.test(source) && unverified !== true);
    expect(without).toEqual([]);
  }
});
