import { expect, test } from 'vitest';
import { ColdStarts } from '#src/collectors/cold-starts/cold-starts';
import type { RunEnd } from '#src/run';
import { COLD_STARTS } from '#src/sample';
import { ENDED, planFor } from './sample-rows.js';
import { calls, usageBlock, type UsageRow } from './usage-rows.js';

const [UNKNOWN, WARM, COLD] = (['unknown', 'warm', 'cold'] as const).map((kind) => COLD_STARTS.indexOf(kind));

function sectionOf(rows: readonly UsageRow[], end: RunEnd = ENDED, warmupMs = 0, billed = true) {
  const cost = { billing: billed ? ({ model: 'lambda' } as const) : null, prices: '2026-11', machine: null };
  const fold = new ColdStarts({
    plan: planFor(
      rows.map(({ row }) => row),
      { warmupMs },
    ),
    cost,
  });
  fold.add(usageBlock(rows.slice(0, 3)));
  fold.add(usageBlock(rows.slice(3)));
  return fold.finish(end);
}

const cold = (seq: number, initMs: number): UsageRow[] =>
  calls(1, { initMs, durationMs: 40 }, { seq, coldStart: COLD ?? -1, dueMs: 1000, doneMs: 1000 + initMs + 40 });

test('counts, times and responses of what was reported', () => {
  const rows = [
    ...cold(0, 200),
    ...cold(1, 400),
    ...calls(8, { durationMs: 20 }, { coldStart: WARM ?? -1, dueMs: 1000, doneMs: 1020 }),
    ...calls(5, undefined, { coldStart: UNKNOWN ?? -1 }),
  ];
  const section = sectionOf(rows);
  expect(section).toMatchObject({
    count: 2,
    known: 10,
    meanMs: 300,
    p50Ms: expect.closeTo(200, 0) as number,
    p99Ms: 400,
  });
  expect(section.stages).toEqual({
    init: { count: 2, meanMs: 300, p99Ms: 400 },
    firstInvocation: { count: 2, meanMs: 40, p99Ms: 40 },
  });
  expect(section.warm).toMatchObject({ count: 8, meanMs: 20 });
  expect(section.cold).toMatchObject({ count: 2, meanMs: 340 });
});

test('a restore is a start, too; a start whose length no one reported is counted only', () => {
  const restored = calls(1, { restoreMs: 90, initMs: 10 }, { coldStart: COLD ?? -1 });
  const untold = calls(1, undefined, { seq: 1, coldStart: COLD ?? -1 });
  expect(sectionOf([...restored, ...untold])).toMatchObject({
    count: 2,
    meanMs: 100,
    stages: { restore: { count: 1 } },
  });
});

test('failures and the warm-up count as starts and not as responses', () => {
  const rows = [...cold(0, 100), ...calls(1, undefined, { seq: 1, coldStart: COLD ?? -1, outcome: 3 })];
  expect(sectionOf(rows, ENDED, 1001)).toMatchObject({ count: 2, cold: null, warm: null });
});

test('usage counts without a bill', () => {
  expect(sectionOf(cold(0, 100), ENDED, 0, false)).toMatchObject({ count: 1, meanMs: 100 });
});

test('nothing reported is null, and the most instances of any reading are seen', () => {
  expect(sectionOf([])).toMatchObject({ count: 0, known: 0, meanMs: null, instancesSeen: null, warm: null });
  const capacity = [1, 4, 2].map((instances, i) => ({ atMs: i * 5000, counts: { instances } }));
  expect(sectionOf([], { ...ENDED, capacity }).instancesSeen).toBe(4);
});
