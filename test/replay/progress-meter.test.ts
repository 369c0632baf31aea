import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RECENT_SECONDS, type FoldedSoFar } from '#src/progress';
import { countSent, createInFlight, inFlightMemory } from '#src/loop/in-flight';
import { progressMeter } from '#src/replay/progress-meter';
import type { RunRecord } from '#src/run';

const dues = fc.array(fc.nat({ max: 500 }), { minLength: 1, maxLength: 40 });

function recordOf(duePerSecond: readonly number[]): RunRecord {
  const planned = duePerSecond.reduce((sum, due) => sum + due, 0);
  const plan = { duePerSecond, planned, durationMs: duePerSecond.length * 1000 };
  return {
    id: 'x',
    trace: { name: 't' },
    backend: 'b',
    workers: 2,
    pacing: {},
    versions: {},
    plan,
  } as unknown as RunRecord;
}

const nothing = (): FoldedSoFar => ({ ok: 0 }) as FoldedSoFar;

test('what is due is exact at whole seconds, never falls, and ends at what was planned', () => {
  fc.assert(
    fc.property(dues, fc.array(fc.nat({ max: 50_000 })), (duePerSecond, moments) => {
      const record = recordOf(duePerSecond);
      const { planned } = record.plan;
      const memory = inFlightMemory(2);
      const seconds = progressMeter(record, memory, nothing);
      duePerSecond.forEach((_, second) => {
        const before = duePerSecond.slice(0, second).reduce((sum, due) => sum + due, 0);
        expect(seconds.read(second * 1000).due).toBe(before);
      });
      const meter = progressMeter(record, memory, nothing);
      const seen = moments.toSorted((a, b) => a - b).map((ms) => meter.read(ms).due);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(meter.read(60_000, true)).toMatchObject({ due: planned, planned, over: true });
      expect(meter.read(-50).due).toBe(0);
    }),
  );
});

test('rates are those of the last seconds, of what was due and of what was sent', () => {
  fc.assert(
    fc.property(dues, (duePerSecond) => {
      const memory = inFlightMemory(2);
      const workers = [0, 1].map((worker) => createInFlight(memory, worker, 1e6));
      const meter = progressMeter(recordOf(duePerSecond), memory, nothing);
      duePerSecond.forEach((due, second) => {
        for (let i = 0; i < due; i++) workers[i % 2]?.enter();
        const seconds = Math.min(RECENT_SECONDS, second + 1);
        const recent = duePerSecond.slice(second + 1 - seconds, second + 1).reduce((sum, n) => sum + n, 0);
        const { rates, sent, inFlight } = meter.read((second + 1) * 1000);
        expect(rates.duePerSecond).toBeCloseTo(recent / seconds, 9);
        expect(rates.sentPerSecond).toBeCloseTo(recent / seconds, 9);
        expect(sent).toBe(inFlight);
      });
      workers[0]?.leave();
      expect(countSent(memory)).toBe(duePerSecond.reduce((sum, due) => sum + due, 0));
    }),
  );
});

test('a place that was refused is nothing sent', () => {
  const memory = inFlightMemory(1);
  const flight = createInFlight(memory, 0, 1);
  expect([flight.enter(), flight.enter()]).toEqual([true, false]);
  flight.leave();
  flight.enter();
  expect(countSent(memory)).toBe(2);
});
