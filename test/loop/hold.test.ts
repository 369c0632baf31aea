import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Call } from '#src/backends/backend';
import type { VirtualClock } from '#src/time/virtual-clock';
import type { Outcome } from '#src/sample';
import { runShard } from './run-shard.js';

const dueTimes = fc
  .array(fc.double({ min: 0, max: 400, noNaN: true }), { minLength: 1, maxLength: 60 })
  .map((times) => [...times].sort((a, b) => a - b));
const moment = fc.double({ min: 0, max: 500, noNaN: true });

/** As long as its place in the trace says. */
const answers = async ({ seq, handedMs }: Call, clock: VirtualClock): Promise<Outcome> => {
  await clock.until(handedMs + 1 + (seq % 5) * 37);
  return { ok: true };
};

test('a hold: nothing due later is sent, and what is open ends as if there had been none', async () => {
  await fc.assert(
    fc.asyncProperty(dueTimes, moment, async (dueMs, holdMs) => {
      const [held, free] = [
        await runShard({ dueMs, invoke: answers, holdMs }),
        await runShard({ dueMs, invoke: answers }),
      ];
      expect(held.rows).toEqual(free.rows.slice(0, held.rows.length));
      for (const { dueMs: due } of held.rows) expect(due).toBeLessThanOrEqual(holdMs);
      for (const due of dueMs.slice(held.rows.length)) expect(due).toBeGreaterThanOrEqual(holdMs);
      expect(held.inFlight).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test('a stop after a hold aborts what is open', async () => {
  await fc.assert(
    fc.asyncProperty(dueTimes, moment, moment, async (dueMs, a, b) => {
      const [holdMs, stopMs] = [Math.min(a, b), Math.max(a, b)];
      const { rows, inFlight } = await runShard({ dueMs, invoke: answers, holdMs, stopMs });
      for (const { dueMs: due, doneMs, outcome } of rows) {
        expect(due).toBeLessThanOrEqual(holdMs);
        expect(doneMs).toBeLessThanOrEqual(stopMs);
        if (doneMs < stopMs) expect(outcome).toBe('ok');
      }
      expect(inFlight).toBe(0);
    }),
    { numRuns: 60 },
  );
});
