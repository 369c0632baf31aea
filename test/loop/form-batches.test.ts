import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrivalStoreWriter } from '#src/trace-file/arrival-store';
import { makePlan } from '#src/plan/make-plan';
import { clipWindow, schedule, type Shard, type Window } from '#src/loop/schedule';
import type { Batching } from '#src/run';
import type { Trace } from '#src/trace';

interface Arrival {
  readonly atMs: number;
  readonly payload: number;
}
interface Request {
  readonly seq: number;
  readonly dueMs: number;
  readonly payload: number;
}
interface Batch {
  readonly releaseMs: number;
  readonly requests: readonly Request[];
}

/** Some arrivals, many at the same moment, often enough to cross chunks. */
const arrivals = fc
  .record({
    some: fc.array(fc.tuple(fc.oneof(fc.nat({ max: 60 }), fc.double({ min: 0, max: 300, noNaN: true })), fc.nat(9)), {
      maxLength: 40,
    }),
    times: fc.constantFrom(1, 1, 1, 1, 120),
  })
  .map(({ some, times }): Arrival[] =>
    Array.from({ length: times }, (_, n) => some.map(([atMs, payload]) => ({ atMs: atMs + n * 13, payload })))
      .flat()
      .sort((a, b) => a.atMs - b.atMs),
  );
const batching = fc.record({
  size: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(64, 10_000)),
  waitMs: fc.oneof(fc.nat({ max: 40 }), fc.double({ min: 0, max: 100, noNaN: true }), fc.constant(0)),
});
const speed = fc.constantFrom(1, 2, 0.3);
const edges = fc.constantFrom<[fromMs: number, toMs: number]>([0, Infinity], [20, Infinity], [0, 110], [7, 90]);

function traceOf(all: readonly Arrival[]): Trace {
  const writer = arrivalStoreWriter({ spoolDir: tmpdir() });
  for (const { atMs, payload } of all) writer.append(atMs, payload);
  const { store, sha256, lastMs, count } = writer.finish();
  return { name: 'made', durationMs: lastMs, count, sha256, payloads: [], store };
}

function read(trace: Trace, window: Window, shard: Shard): Batch[] {
  const batches: (Batch & { readonly requests: Request[] })[] = [];
  for (const { rows, seq, dueMs, payload, releaseMs, invocation } of schedule(trace.store, window, shard)) {
    expect(rows).toBeGreaterThan(0);
    for (let i = 0; i < rows; i++) {
      const request = { seq: seq[i] as number, dueMs: dueMs[i] as number, payload: payload[i] as number };
      const [lead, release] = [invocation?.[i], releaseMs?.[i]];
      if (request.seq === lead) batches.push({ releaseMs: release as number, requests: [] });
      expect(batches.at(-1)).toMatchObject({ releaseMs: release });
      expect(batches.at(-1)?.requests[0]?.seq ?? request.seq).toBe(lead);
      batches.at(-1)?.requests.push(request);
    }
  }
  return batches;
}

/** What the batches are, said as a person would: take all that is due while the oldest waits, `size` at most. */
function naive(all: readonly Arrival[], { fromMs, toMs, speed: factor }: Window, { size, waitMs }: Batching): Batch[] {
  let left = all
    .map(({ atMs, payload }, seq) => ({ seq, atMs, payload }))
    .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
    .map(({ seq, atMs, payload }) => ({ seq, dueMs: (atMs - fromMs) / factor, payload }));
  const batches: Batch[] = [];
  for (let [oldest] = left; oldest !== undefined; [oldest] = left) {
    const untilMs = oldest.dueMs + waitMs;
    const requests = left.filter(({ dueMs }) => dueMs <= untilMs).slice(0, size);
    const isFull = requests.length === size;
    batches.push({ releaseMs: isFull ? (requests.at(-1)?.dueMs ?? NaN) : untilMs, requests });
    left = left.slice(requests.length);
  }
  return batches;
}

describe('batches', () => {
  test('are those of a naive reading, dealt in turn to any number of workers', () => {
    fc.assert(
      fc.property(arrivals, batching, edges, speed, (all, wanted, [fromMs, toMs], factor) => {
        const trace = traceOf(all);
        const window = clipWindow(trace, fromMs, toMs, factor, wanted);
        const expected = naive(all, window, wanted);
        for (const of of [1, 2, 4])
          for (let index = 0; index < of; index++)
            expect(read(trace, window, { index, of })).toEqual(expected.filter((_, i) => i % of === index));
      }),
      { numRuns: 30 },
    );
  });

  test('hold at most size requests, none of which waits longer than asked, and are released in order', () => {
    fc.assert(
      fc.property(arrivals, batching, speed, (all, wanted, factor) => {
        const trace = traceOf(all);
        const batches = read(trace, clipWindow(trace, 0, Infinity, factor, wanted), { index: 0, of: 1 });
        expect(batches.flatMap(({ requests }) => requests.map(({ seq }) => seq))).toEqual([...all.keys()]);
        let before = 0;
        for (const { releaseMs, requests } of batches) {
          expect(requests.length).toBeLessThanOrEqual(wanted.size);
          for (const { dueMs } of requests) {
            expect(dueMs).toBeLessThanOrEqual(releaseMs);
            expect(releaseMs).toBeLessThanOrEqual(dueMs + wanted.waitMs);
          }
          expect(releaseMs).toBeGreaterThanOrEqual(before);
          before = releaseMs;
        }
      }),
      { numRuns: 30 },
    );
  });

  test('are planned: requests and invocations by the second of the release, the warm-up by when they are due', () => {
    fc.assert(
      fc.property(arrivals, batching, fc.nat({ max: 200 }), (all, wanted, warmupMs) => {
        fc.pre(all.length > 0);
        const trace = traceOf(all);
        const window = clipWindow(trace, 0, Infinity, 1, wanted);
        const batches = naive(all, window, wanted);
        const maxInFlight = { limit: 1, explicit: false };
        const limits = { warmupMs, timeoutMs: 1, maxLatenessMs: 1, maxInFlight, knowsSent: true };
        const plan = makePlan(trace, window, limits);
        const inSecond = (second: number): Batch[] =>
          batches.filter(({ releaseMs }) => Math.floor(releaseMs / 1000) === second);
        expect(plan.planned).toBe(all.length);
        expect(plan.duePerSecond).toEqual(
          plan.duePerSecond.map((_, second) =>
            inSecond(second).reduce((sum, { requests }) => sum + requests.length, 0),
          ),
        );
        expect(plan.duePerSecond.reduce((sum, due) => sum + due, 0)).toBe(all.length);
        expect(plan.batching).toMatchObject({ ...wanted, invocations: batches.length });
        expect(plan.batching?.perSecond).toEqual(plan.batching?.perSecond.map((_, second) => inSecond(second).length));
        expect(plan.batching?.warmupRequests).toBe(all.filter(({ atMs }) => atMs < warmupMs).length);
      }),
      { numRuns: 20 },
    );
  });
});
