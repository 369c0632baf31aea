import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldSections } from '#src/collectors/registry';
import type { Plan, RunEnd } from '#src/run';
import type { SampleBlock } from '#src/sample';
import { FAILURES, OUTCOMES, outcomeCode } from '#src/sample';
import { ENDED, makeRows, planFor, seeds, shuffled, sortedPercentile, toBlock, type Row } from './sample-rows.js';

async function foldAll(plan: Plan, blocks: readonly SampleBlock[], end: RunEnd = ENDED) {
  const fold = foldSections({ plan });
  for (const block of blocks) fold.add(block);
  return fold.finish(end);
}

describe('the fold', () => {
  test('does not depend on how rows are dealt to blocks nor on their order', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, seeds, fc.constantFrom(2, 20), async (seed, order, gapMs) => {
        const rows = makeRows(2000, seed, gapMs);
        const plan = planFor(rows, { warmupMs: 1500, connections: 8 });
        const inOrder = await foldAll(plan, [toBlock(rows)]);
        const mixed = await foldAll(plan, shuffled(rows, order));
        expect(mixed.sections).toEqual(inOrder.sections);
        expect(mixed.verdict).toEqual(inOrder.verdict);
        expect(mixed.hlog()).toBe(inOrder.hlog());
      }),
      { numRuns: 8 },
    );
  });

  test('conserves requests: planned = ok + failures + unsent, whatever is missing', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.nat({ max: 300 }), fc.boolean(), async (seed, missing, complete) => {
        const rows = makeRows(300, seed, 10);
        const { sections } = await foldAll(planFor(rows), [toBlock(rows.slice(missing))], { ...ENDED, complete });
        const { planned, ok, unsent, failures } = sections.outcomes;
        expect(ok + unsent + Object.values(failures).reduce((a, b) => a + b, 0)).toBe(planned);
        expect(unsent).toBe(complete ? missing : 0);
        expect((failures.unknown ?? 0) - countOf(rows.slice(missing), 'unknown')).toBe(complete ? 0 : missing);
        expect(sections.latency.all.count).toBe(planned);
        expect(sections.timeline.seconds.reduce((sum, { ok: n }) => sum + n, 0)).toBe(ok);
      }),
      { numRuns: 20 },
    );
  });

  test('refuses more rows than were planned', async () => {
    const rows = makeRows(10, 1, 10);
    await expect(foldAll(planFor(rows, { planned: 9 }), [toBlock(rows)])).rejects.toThrow('more than the run planned');
  });
});

function countOf(rows: readonly Row[], outcome: (typeof OUTCOMES)[number]): number {
  return rows.filter((row) => OUTCOMES[row.outcome] === outcome).length;
}

/** Within the 0.1 % of a bucket. */
function expectNear(got: number | null | undefined, exact: number | null, part = 1 / 1000): void {
  if (exact === null) expect(got).toBeNull();
  else expect(Math.abs((got ?? NaN) - exact)).toBeLessThanOrEqual(Math.max(1e-3, part * exact));
}

describe('latency', () => {
  test('equals the definitions on sorted arrays', async () => {
    await fc.assert(
      fc.asyncProperty(
        seeds,
        fc.constantFrom(0, 1000, 1234.5),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        async (seed, warmupMs, failureShare) => {
          const rows = makeRows(700, seed, 5, failureShare);
          const { sections } = await foldAll(planFor(rows, { warmupMs }), shuffled(rows, seed));
          const counted = rows.filter(({ dueMs }) => dueMs >= warmupMs);
          const ok = counted.filter(({ outcome }) => outcome === 0);
          const response = ok.map(({ doneMs, dueMs }) => doneMs - dueMs);
          const service = ok.map(({ doneMs, sentMs, handedMs }) => doneMs - (Number.isNaN(sentMs) ? handedMs : sentMs));
          const all = counted.map(({ outcome, doneMs, dueMs }) => (outcome === 0 ? doneMs - dueMs : Infinity));
          expect(sections.latency.warmup).toBe(rows.length - counted.length);
          expect(sections.latency.all.count).toBe(counted.length);
          for (const [p, key] of PERCENTILES) {
            expectNear(sections.latency.response[key], sortedPercentile(response, p));
            expectNear(sections.latency.service[key], sortedPercentile(service, p));
            const exact = sortedPercentile(all, p);
            expectNear(sections.latency.all[key], exact === Infinity ? null : exact);
          }
          expectNear(sections.latency.response.meanMs, mean(response), 1e-9);
          expectNear(sections.latency.service.meanMs, mean(service), 1e-9);
          expect(sections.latency.all.maxMs).toBe(all.includes(Infinity) ? null : Math.max(...all));
        },
      ),
      { numRuns: 20 },
    );
  });

  test('leaves out warm-up requests that were never sent', async () => {
    const rows = makeRows(400, 5, 10, 0);
    const plan = planFor(rows, { warmupMs: 2000 });
    const { sections } = await foldAll(plan, [toBlock(rows.slice(100))], { ...ENDED, stoppedMs: 3000 });
    const after = rows.filter(({ dueMs }) => dueMs >= 2000).length;
    expect(sections.latency.all).toEqual({ ...sections.latency.response, count: after });
    expect(sections.latency.warmup).toBe(rows.length - after);
  });

  test('leaves them out to the one where the warm-up ends within a second and the run was stopped before', async () => {
    const rows = makeRows(400, 5, 10, 0);
    const warmupMs = 1234.5;
    const warmupRequests = rows.filter(({ dueMs }) => dueMs < warmupMs).length;
    const plan = { ...planFor(rows, { warmupMs }), warmupRequests };
    const { sections } = await foldAll(plan, [toBlock(rows.slice(0, 50))], { ...ENDED, stoppedMs: 600 });
    expect(sections.latency.warmup).toBe(warmupRequests);
    expect(sections.latency.all.count).toBe(rows.length - warmupRequests);
  });
});

const PERCENTILES = [
  [50, 'p50Ms'],
  [90, 'p90Ms'],
  [95, 'p95Ms'],
  [99, 'p99Ms'],
  [99.9, 'p999Ms'],
] as const;

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}

describe('outcomes', () => {
  test('counts kinds and keeps the first three examples of each by sequence number', async () => {
    const rows = makeRows(800, 77, 5, 0.9);
    const { outcomes } = (await foldAll(planFor(rows), shuffled(rows, 3))).sections;
    for (const failure of FAILURES) {
      const mine = rows.filter(({ outcome }) => outcome === outcomeCode(failure));
      expect(outcomes.failures[failure] ?? 0).toBe(mine.length);
      expect(outcomes.examples[failure] ?? []).toEqual(
        mine.slice(0, 3).map(({ seq, detail }) => ({ seq, detail: detail ?? '' })),
      );
    }
    expect(Object.keys(outcomes.failures)).toEqual(FAILURES.filter((failure) => failure in outcomes.failures));
  });

  test('a run of nothing has no success ratio, and a text from outside comes out printable', async () => {
    expect((await foldAll(planFor([]), [])).sections.outcomes).toMatchObject({
      planned: 0,
      successRatio: null,
      unsent: 0,
    });
    const [row] = makeRows(1, 1, 1, 0);
    const bad = { ...(row as Row), outcome: 1, detail: 'a\u001b[31mb\nc' };
    expect((await foldAll(planFor([bad]), [toBlock([bad])])).sections.outcomes.examples.timeout).toEqual([
      { seq: 0, detail: 'a [31mb c' },
    ]);
  });
});

describe('timeline', () => {
  test('equals the definitions second by second', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const rows = makeRows(1500, seed, 3.5, 0.3);
        const plan = planFor(rows, { warmupMs: 1000 });
        const { seconds } = (await foldAll(plan, shuffled(rows, seed))).sections.timeline;
        expect(seconds.length).toBeGreaterThanOrEqual(plan.duePerSecond.length);
        expect(seconds.map(({ second }) => second)).toEqual(seconds.map((_, i) => i));
        for (const { second, ...row } of seconds) {
          const due = rows.filter(({ dueMs }) => Math.floor(dueMs / 1000) === second);
          const ok = due.filter(({ outcome }) => outcome === 0).map(({ doneMs, dueMs }) => doneMs - dueMs);
          const sent = rows.filter(
            ({ handedMs, outcome }) => Math.floor(handedMs / 1000) === second && OUTCOMES[outcome] !== 'shed',
          );
          expect(row).toMatchObject({
            due: due.length,
            sent: sent.length,
            ok: ok.length,
            failed: due.length - ok.length,
          });
          expectNear(row.meanMs, mean(ok), 1e-9);
          expectNear(row.p50Ms, ok.length < 100 ? null : sortedPercentile(ok, 50), 0.008);
          expectNear(row.p99Ms, ok.length < 100 ? null : sortedPercentile(ok, 99), 0.008);
        }
        expect(seconds.some(({ p99Ms }) => p99Ms !== null)).toBe(true);
      }),
      { numRuns: 6 },
    );
  });

  test('times that no run can have do not cost memory or throw', async () => {
    const [row] = makeRows(1, 1, 1, 0);
    const wild = [-1e300, 1e300, Infinity, -Infinity, NaN].map((time) => ({
      ...(row as Row),
      dueMs: time,
      handedMs: time,
      doneMs: time,
    }));
    const plan = planFor([row as Row], { planned: 5 });
    const { sections } = await foldAll(plan, [toBlock(wild)]);
    expect(sections.timeline.seconds.length).toBeLessThan(5000);
    expect(sections.timeline.seconds.reduce((sum, { ok }) => sum + ok, 0)).toBe(5);
  });
});

describe('health', () => {
  test('equals the definitions on sorted arrays', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.constantFrom(0, 1000), async (seed, warmupMs) => {
        const rows = makeRows(1500, seed, 5);
        const { health, latency } = (await foldAll(planFor(rows, { warmupMs, connections: 4 }), shuffled(rows, seed)))
          .sections;
        const lateness = rows.map(({ handedMs, dueMs }) => handedMs - dueMs).filter((ms) => !Number.isNaN(ms));
        const ok = rows.filter(({ outcome }) => outcome === 0);
        const counted = ok.filter(({ dueMs }) => dueMs >= warmupMs);
        expectSpread(health.lateness, lateness);
        expect(health.lateOver1Ms).toBe(lateness.filter((ms) => ms > 1).length);
        expectSpread(
          health.connectionWait,
          rows.map(wait).filter((ms) => !Number.isNaN(ms)),
        );
        const handshakes = rows.map(({ handshakeMs }) => handshakeMs).filter((ms) => ms > 0);
        expect(health.handshake.count).toBe(handshakes.length);
        expectSpread(health.handshake, handshakes);
        expectSpread(
          health.receiveUncertainty,
          ok.map((row) => row.doneMs - row.doneEarliestMs).filter((ms) => !Number.isNaN(ms)),
        );
        const without = {
          lateness: counted.map((row) => row.doneMs - row.dueMs - (row.handedMs - row.dueMs)),
          'connection-wait': counted.map((row) => row.doneMs - row.dueMs - (Number.isNaN(wait(row)) ? 0 : wait(row))),
          'receive-uncertainty': counted.map(
            (row) => (Number.isNaN(row.doneEarliestMs) ? row.doneMs : row.doneEarliestMs) - row.dueMs,
          ),
          together: counted.map((row) => {
            const unread = Number.isNaN(row.doneEarliestMs) ? 0 : row.doneMs - row.doneEarliestMs;
            return row.doneMs - row.handedMs - (Number.isNaN(wait(row)) ? 0 : wait(row)) - unread;
          }),
        };
        expect(health.shifts).toHaveLength(12);
        for (const { cause, statistic, reportedMs, withoutMs } of health.shifts) {
          const reported = { mean: latency.response.meanMs, p50: latency.response.p50Ms, p99: latency.response.p99Ms }[
            statistic
          ];
          expect(reportedMs / (reported ?? NaN)).toBeCloseTo(1, 10);
          const exact =
            statistic === 'mean'
              ? mean(without[cause])
              : sortedPercentile(without[cause], statistic === 'p50' ? 50 : 99);
          expectNear(withoutMs, exact);
        }
      }),
      { numRuns: 10 },
    );
  });

  test('a wait for a connection, and what it moves, is reported only where it can be known', async () => {
    const rows = makeRows(50, 4, 10);
    const blind = (await foldAll(planFor(rows, { knowsSent: false, connections: 1 }), [toBlock(rows)])).sections.health;
    expect(blind.connectionWait).toEqual({ p50Ms: null, p99Ms: null, p999Ms: null, maxMs: null });
    const free = (await foldAll(planFor(rows), [toBlock(rows)])).sections.health;
    expect(free.connectionWait.maxMs).not.toBeNull();
    const causes = [blind, free].map(({ shifts }) => shifts.some(({ cause }) => cause === 'connection-wait'));
    expect(causes).toEqual([false, true]);
  });

  test('given up for want of a connection: by its own wait, written or not, its own handshake apart', async () => {
    const given = { sentMs: NaN, handshakeMs: NaN, doneEarliestMs: NaN };
    const timeout = (seq: number, changes: Partial<Row>): Row => ({
      ...{ seq, dueMs: 10 * seq, handedMs: 10 * seq, doneMs: 10 * seq + 100, ...given, serverMs: NaN },
      ...{ outcome: outcomeCode('timeout'), coldStart: 0, detail: undefined, ...changes },
    });
    const rows = [
      timeout(0, {}), // never written: waited for all of its 100 ms
      timeout(1, { sentMs: 90 }), // written after 80 ms
      timeout(2, { outcome: outcomeCode('aborted'), doneMs: 60 }), // waited for 40 ms when the run was stopped
      timeout(3, { sentMs: 30 }), // written at once: the service's
      timeout(4, { sentMs: 45 }), // after 5 ms, which moves 100 ms by less than 5 % + 1 ms
      timeout(5, { handshakeMs: 100 }), // spent all of it opening its own connection: the service's
      timeout(6, { sentMs: 160, doneMs: 161, outcome: 0 }), // an answer is judged by its response
      timeout(7, { outcome: outcomeCode('unreachable') }),
    ];
    const starved = async (plan: Partial<Plan>) =>
      (await foldAll(planFor(rows, plan), [toBlock(rows)])).sections.health.starved;
    for (const plan of [{}, { connections: 1 }])
      expect(await starved(plan)).toEqual({ requests: 3, of: rows.length, meanWaitMs: (100 + 80 + 40) / 3 });
    expect(await starved({ connections: 1, knowsSent: false })).toBeNull();
  });

  test('the busiest tenth is its own measurement, from 1,000 requests on', async () => {
    const quiet = makeRows(3000, 9, 12, 0);
    const startMs = Math.ceil((quiet.at(-1)?.dueMs ?? 0) / 1000) * 1000;
    const burst = (n: number): Row[] =>
      makeRows(n, 10, 0.9, 0)
        .map((row) => later(row, startMs))
        .filter(({ dueMs }) => dueMs < startMs + 1000);
    const late = burst(2000).map((row) => ({ ...row, handedMs: row.dueMs + 20 }));
    const rows = [...quiet, ...late];
    const { busiest, lateness } = (await foldAll(planFor(rows), shuffled(rows, 1))).sections.health;
    expect(late.length).toBeGreaterThan(1000);
    expect(busiest?.seconds).toBe(Math.ceil(planFor(rows).duePerSecond.length / 10));
    expect(busiest?.requests).toBeGreaterThanOrEqual(late.length);
    expectNear(busiest?.lateness.p99Ms, 20);
    expect(lateness.p50Ms).toBeLessThan(20);
    const few = [...quiet, ...burst(500)];
    expect((await foldAll(planFor(few), [toBlock(few)])).sections.health.busiest).toBeNull();
  });

  test('seconds stray by more than 3 sqrt(due) + 1; only full seconds before a stop count', async () => {
    const rows = makeRows(1000, 12, 4, 0).map((row) => ({ ...row, handedMs: row.dueMs }));
    const plan = planFor(rows);
    const due = plan.duePerSecond[1] ?? 0;
    const most = Math.floor(3 * Math.sqrt(due) + 1);
    const without = (n: number): Row[] => {
      let left = n;
      return rows.filter(({ dueMs }) => !(Math.floor(dueMs / 1000) === 1 && left-- > 0));
    };
    const straying = async (n: number, end: RunEnd) =>
      (await foldAll(plan, [toBlock(without(n))], end)).sections.health.strayingSeconds;
    expect(await straying(most, ENDED)).toEqual([]);
    expect(await straying(most + 1, ENDED)).toEqual([{ second: 1, due, handed: due - most - 1 }]);
    expect(await straying(most + 1, { ...ENDED, stoppedMs: 1999 })).toEqual([]);
    expect(await straying(most + 1, { ...ENDED, stoppedMs: 2000 })).toHaveLength(1);
  });
});

function wait({ sentMs, handedMs, handshakeMs }: Row): number {
  return sentMs - handedMs - (Number.isNaN(handshakeMs) ? 0 : handshakeMs);
}

function later(row: Row, ms: number): Row {
  const { dueMs, handedMs, sentMs, doneMs, doneEarliestMs } = row;
  return {
    ...row,
    seq: row.seq + 1e6,
    dueMs: dueMs + ms,
    handedMs: handedMs + ms,
    sentMs: sentMs + ms,
    doneMs: doneMs + ms,
    doneEarliestMs: doneEarliestMs + ms,
  };
}

function expectSpread(
  spread: { p50Ms: number | null; p99Ms: number | null; maxMs: number | null },
  values: readonly number[],
): void {
  expectNear(spread.p50Ms, sortedPercentile(values, 50));
  expectNear(spread.p99Ms, sortedPercentile(values, 99));
  expectNear(spread.maxMs, Math.max(...values), 1e-9);
}
