import fc from 'fast-check';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { arrivalStoreWriter } from '#src/arrival-store';
import { makePlan } from '#src/replay/make-plan';
import { clipWindow, schedule } from '#src/replay/schedule';
import type { Trace } from '#src/trace';

const times = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 300 }).map((all) => {
  return all.sort((a, b) => a - b).map((us) => us / 1000);
});
const windows = fc.record({
  fromMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 100, noNaN: true })),
  lengthMs: fc.oneof(fc.constant(Infinity), fc.double({ min: 0.001, max: 100, noNaN: true })),
  speed: fc.constantFrom(1, 2, 0.5, 7),
});

function traceOf(atMs: readonly number[]): Trace {
  const writer = arrivalStoreWriter({ spoolDir: tmpdir() });
  // In pieces, so that strides cross chunks.
  for (let i = 0; i < atMs.length; i += 37) writer.appendChunk(Float64Array.from(atMs.slice(i, i + 37)));
  const { store, sha256, count } = writer.finish();
  return { name: 't', durationMs: atMs.at(-1) ?? 0, count, sha256, payloads: [], store };
}

function rows(
  trace: Trace,
  window: Parameters<typeof schedule>[1],
  index: number,
  of: number,
): [number, number, number][] {
  return [...schedule(trace.store, window, { index, of })].flatMap((chunk) =>
    Array.from({ length: chunk.rows }, (_, i): [number, number, number] => [
      chunk.seq[i] ?? NaN,
      chunk.dueMs[i] ?? NaN,
      chunk.payload[i] ?? NaN,
    ]),
  );
}

it('any number of shards together is the schedule of one, and each sends its stride alone', () => {
  fc.assert(
    fc.property(times, windows, fc.integer({ min: 1, max: 8 }), (atMs, { fromMs, lengthMs, speed }, of) => {
      const trace = traceOf(atMs);
      const window = clipWindow(trace, fromMs, fromMs + lengthMs, speed);
      const shards = Array.from({ length: of }, (_, index) => rows(trace, window, index, of));
      shards.forEach((shard, index) => {
        for (const [seq] of shard) expect(seq % of).toBe(index);
      });
      const all = shards.flat().sort((a, b) => a[0] - b[0]);
      expect(all).toEqual(rows(trace, window, 0, 1));
      const inside = atMs.flatMap((at, seq) =>
        at >= fromMs && (at < fromMs + lengthMs || fromMs + lengthMs > trace.durationMs) ? [[seq, at]] : [],
      );
      expect(all.map(([seq]) => seq)).toEqual(inside.map(([seq]) => seq));
      all.forEach(([, dueMs], i) => {
        expect(dueMs).toBeCloseTo(((inside[i]?.[1] ?? NaN) - fromMs) / speed, 9);
      });
    }),
  );
});

it('the plan counts what is due in each second, and refuses a window in which nothing is', () => {
  fc.assert(
    fc.property(times, fc.constantFrom(1, 0.01, 0.001), (atMs, speed) => {
      const trace = traceOf(atMs);
      const limits = {
        warmupMs: 0,
        timeoutMs: 1,
        maxLatenessMs: 10,
        maxInFlight: { limit: 1, explicit: false },
        knowsSent: true,
      };
      const plan = makePlan(trace, clipWindow(trace, 0, Infinity, speed), limits);
      expect(plan.planned).toBe(atMs.length);
      const second = (at: number): number => Math.floor(at / speed / 1000);
      plan.duePerSecond.forEach((due, i) => {
        expect(due).toBe(atMs.filter((at) => second(at) === i).length);
      });
      expect(plan.duePerSecond.reduce((sum, due) => sum + due, 0)).toBe(plan.planned);
    }),
  );
  const trace = traceOf([5]);
  expect(() =>
    makePlan(trace, clipWindow(trace, 0, 4, 1), {
      warmupMs: 0,
      timeoutMs: 1,
      maxLatenessMs: 10,
      maxInFlight: { limit: 1, explicit: false },
      knowsSent: true,
    }),
  ).toThrow(/no request is due/);
});
