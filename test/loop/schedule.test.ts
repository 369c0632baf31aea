import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ARRIVAL_CHUNK, arrivalStoreWriter, closeArrivals } from '#src/trace-file/arrival-store';
import { UserError } from '#src/errors';
import { makePlan } from '#src/plan/make-plan';
import { clipWindow, schedule, type Shard, type Window } from '#src/loop/schedule';
import type { ArrivalStore, Trace } from '#src/trace';

interface Arrival {
  readonly atMs: number;
  readonly payload: number;
}
interface Due {
  readonly seq: number;
  readonly dueMs: number;
  readonly payload: number;
}

/** Some arrivals, repeated often enough to cross chunks: strides must go on over the seam. */
const arrivals = fc
  .record({
    some: fc.array(fc.tuple(fc.double({ min: 0, max: 5000, noNaN: true }), fc.nat({ max: 9 })), { maxLength: 30 }),
    times: fc.constantFrom(1, 1, 1, 300),
  })
  .map(({ some, times }): Arrival[] =>
    Array.from({ length: times }, (_, n) => some.map(([atMs, payload]) => ({ atMs: atMs + n * 7, payload })))
      .flat()
      .sort((a, b) => a.atMs - b.atMs),
  );
const edge = fc.oneof(fc.double({ min: 0, max: 6000, noNaN: true }), fc.constantFrom(0, Infinity));
const speed = fc.oneof(fc.constant(1), fc.double({ min: 0.01, max: 100, noNaN: true }));

function traceOf(all: readonly Arrival[], memoryLimit?: number): Trace {
  const writer = arrivalStoreWriter({ spoolDir: tmpdir(), ...(memoryLimit === undefined ? {} : { memoryLimit }) });
  for (const { atMs, payload } of all) writer.append(atMs, payload);
  const { store, sha256, lastMs, count } = writer.finish();
  return { name: 'made', durationMs: lastMs, count, sha256, payloads: [], store };
}

function read(store: ArrivalStore, window: Window, shard: Shard = { index: 0, of: 1 }): Due[] {
  const all: Due[] = [];
  for (const { rows, seq, dueMs, payload } of schedule(store, window, shard)) {
    expect(rows).toBeGreaterThan(0);
    for (let i = 0; i < rows; i++)
      all.push({ seq: seq[i] as number, dueMs: dueMs[i] as number, payload: payload[i] as number });
  }
  return all;
}

/** What must be sent, said in one line. */
function expected(all: readonly Arrival[], { fromMs, toMs, speed }: Window): Due[] {
  return all
    .map(({ atMs, payload }, seq) => ({ seq, atMs, payload }))
    .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
    .map(({ seq, atMs, payload }) => ({ seq, dueMs: (atMs - fromMs) / speed, payload }));
}

describe('schedule', () => {
  test('any number of shards together is the schedule, each its stride of the trace', () => {
    fc.assert(
      fc.property(arrivals, edge, edge, speed, fc.integer({ min: 1, max: 8 }), (all, fromMs, toMs, speed, workers) => {
        const trace = traceOf(all);
        const window = clipWindow(trace, fromMs, toMs, speed);
        const shards = Array.from({ length: workers }, (_, index) => read(trace.store, window, { index, of: workers }));
        shards.forEach((shard, index) => {
          expect(shard.every(({ seq }) => seq % workers === index)).toBe(true);
          expect(shard.every(({ dueMs }, i) => i === 0 || dueMs >= (shard[i - 1]?.dueMs ?? 0))).toBe(true);
        });
        const union = shards.flat().sort((a, b) => a.seq - b.seq);
        expect(union).toEqual(expected(all, window));
        expect(read(trace.store, window)).toEqual(union);
      }),
      { numRuns: 60 },
    );
  });

  test('does not depend on where the arrivals lie', () => {
    const all = Array.from({ length: 2 * ARRIVAL_CHUNK + 5 }, (_, i) => ({ atMs: i, payload: i % 3 }));
    const [memory, file] = [traceOf(all), traceOf(all, 100)];
    const window = clipWindow(memory, 4000, 8200, 2);
    for (const index of [0, 1, 2])
      expect(read(file.store, window, { index, of: 3 })).toEqual(read(memory.store, window, { index, of: 3 }));
    closeArrivals(file.store);
  });
});

describe('clipWindow', () => {
  const trace = traceOf([0, 10, 20].map((atMs) => ({ atMs, payload: 0 })));
  const sent = (fromMs?: number, toMs?: number): number[] =>
    read(trace.store, clipWindow(trace, fromMs, toMs)).map(({ seq }) => seq);

  test.each([
    { what: 'everything by default', fromMs: undefined, toMs: undefined, seq: [0, 1, 2] },
    { what: '--from is inclusive', fromMs: 10, toMs: undefined, seq: [1, 2] },
    { what: '--to is exclusive', fromMs: 0, toMs: 10, seq: [0] },
    { what: '--to at the end leaves the last one out', fromMs: 0, toMs: 20, seq: [0, 1] },
    { what: 'beyond the end is an open end', fromMs: 0, toMs: 20.1, seq: [0, 1, 2] },
    { what: 'a window of no length', fromMs: 10, toMs: 10, seq: [] },
    { what: 'a window after the trace', fromMs: 21, toMs: undefined, seq: [] },
  ])('$what', ({ fromMs, toMs, seq }) => {
    expect(sent(fromMs, toMs)).toEqual(seq);
  });
});

describe('makePlan', () => {
  const limits = {
    warmupMs: 0,
    timeoutMs: 1,
    maxLatenessMs: 1,
    maxInFlight: { limit: 1, explicit: false },
    knowsSent: true,
  };

  test('counts what the schedule sends, second by second, whatever the number of workers', () => {
    fc.assert(
      fc.property(arrivals, edge, edge, speed, (all, fromMs, toMs, speed) => {
        const trace = traceOf(all);
        const window = clipWindow(trace, fromMs, toMs, speed);
        const due = expected(all, window);
        if (due.length === 0) {
          expect(() => makePlan(trace, window, limits)).toThrow(UserError);
          return;
        }
        const plan = makePlan(trace, window, limits);
        expect(plan).toMatchObject({ ...limits, planned: due.length });
        expect(plan.duePerSecond.reduce((sum, count) => sum + count, 0)).toBe(due.length);
        for (const [second, count] of plan.duePerSecond.entries())
          expect(count).toBe(due.filter(({ dueMs }) => Math.floor(dueMs / 1000) === second).length);
        expect(plan.durationMs).toBe((Math.min(toMs, trace.durationMs) - fromMs) / speed);
        expect(plan.durationMs).toBeGreaterThanOrEqual((due.at(-1)?.dueMs ?? 0) - 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  test('counts the requests of the warm-up one by one', () => {
    const trace = traceOf([0, 999, 1000, 1500, 1500.001, 2500].map((atMs) => ({ atMs, payload: 0 })));
    for (const [warmupMs, count] of [
      [0, 0],
      [1500, 3],
      [1500.001, 4],
      [9000, 6],
    ] as const)
      expect(makePlan(trace, clipWindow(trace), { ...limits, warmupMs }).warmupRequests).toBe(count);
  });

  test('7 days are not too long, and more is', () => {
    const dayMs = 24 * 3_600_000;
    const trace = traceOf([{ atMs: 7 * dayMs, payload: 0 }]);
    expect(makePlan(trace, clipWindow(trace), limits).planned).toBe(1);
    expect(() => makePlan(trace, clipWindow(trace, 0, Infinity, 0.999), limits)).toThrow(/7 days.*--speed/);
  });
});
