import fc from 'fast-check';
import type { Progress } from '#src/progress';
import { FAILURES } from '#src/sample';

const tally = { boundsSeconds: [0.001, 0.1], counts: [1, 2, 0], sumSeconds: 0.05 };

/** A run in its middle. */
export function madeProgress(changes: Partial<Progress> = {}): Progress {
  return {
    run: { id: '20261124-081500-t-http', trace: 't', backend: 'http', workers: 1, pacing: 'exact', version: '0.1.0' },
    nowMs: 10_000,
    durationMs: 40_000,
    planned: 2000,
    due: 500,
    sent: 499,
    inFlight: 12,
    rates: { duePerSecond: 50, sentPerSecond: 49.8 },
    over: false,
    ok: 480,
    failed: 7,
    failures: { timeout: 5, throttled: 2 },
    recent: { p50Ms: 12.3, p99Ms: 48.2 },
    seconds: Array.from({ length: 10 }, (_, i) => ({ p50Ms: 10 + i, p99Ms: i === 3 ? null : 40 + i })),
    response: tally,
    lateness: tally,
    cost: { amount: 0.01234, currency: 'USD' },
    ...changes,
  };
}

const ms = fc.oneof(fc.double({ min: 0, max: 1e8, noNaN: true }), fc.constant(0));
const nullableMs = fc.option(fc.double({ min: 0, max: 7.2e6, noNaN: true }));
const count = fc.nat({ max: 2 ** 31 - 1 });
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('\u001b[2J\u001b[H\u0007gone', 'a\r\nb', '\u202eevil', '漢字のトレース'.repeat(9), '👩‍👩‍👧 e\u0301', ''),
);

/** Any progress there can be, with texts of ill will. */
export const anyProgress: fc.Arbitrary<Progress> = fc
  .record({
    run: fc.record({
      id: hostile,
      trace: hostile,
      backend: hostile,
      workers: fc.integer({ min: 1, max: 256 }),
      pacing: fc.constantFrom('exact', 'economic'),
      version: fc.constant('0.1.0'),
    }),
    nowMs: ms,
    durationMs: ms,
    inFlight: count,
    rates: fc.record({
      duePerSecond: fc.double({ min: 0, max: 1e7, noNaN: true }),
      sentPerSecond: fc.double({ min: 0, max: 1e7, noNaN: true }),
    }),
    ok: count,
    failures: fc.dictionary(fc.constantFrom(...FAILURES), fc.integer({ min: 1, max: 2 ** 31 - 1 })),
    recent: fc.record({ p50Ms: nullableMs, p99Ms: nullableMs }),
    seconds: fc.array(fc.record({ p50Ms: nullableMs, p99Ms: nullableMs }), { maxLength: 60 }),
    cost: fc.option(
      fc.record({ amount: fc.double({ min: 0, max: 1e9, noNaN: true }), currency: fc.constantFrom('USD', 'EUR') }),
    ),
  })
  .map((changes) =>
    madeProgress({ ...changes, failed: Object.values(changes.failures).reduce((sum, n) => sum + n, 0) }),
  );
