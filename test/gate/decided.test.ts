import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foldSections } from '#src/collectors/registry';
import type { LatencyMetric } from '#src/collectors/latency/metrics';
import type { OutcomesMetric } from '#src/collectors/outcomes/metrics';
import type { Statistic } from '#src/metric';
import { outcomeCode } from '#src/sample';
import { ENDED, makeRows, planFor, seeds, toBlock, type Row } from '../collectors/sample-rows.js';
import { type Finished, readReport, runCli } from '../support/run-cli.js';

const root = mkdtempSync(join(tmpdir(), 'replay-decided-'));
const at = (name: string): string => join(root, name);
afterAll(() => {
  rmSync(root, { recursive: true });
});

describe('without our own share a number lies within its bounds, whatever part of the share is taken away', () => {
  const STATISTICS: readonly Statistic[] = ['mean', 'min', 'max', { p: 50 }, { p: 90 }, { p: 99 }];
  /** Of the buckets. */
  const SLACK = 1.002;

  test('lateness and late reading; requests that we lost, answered at once or never', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 9 }),
        (seed, part, lost) => {
          const rows = makeRows(300, seed, 10, 0).map((row, i) => (i % 31 < lost ? { ...row, outcome: outcomeCode('local') } : row)); // prettier-ignore
          const fold = foldSections({ plan: planFor(rows) });
          fold.add(toBlock(rows));
          for (const answered of [0, Infinity]) {
            const truth = rows.map((row) => (row.outcome === 0 ? responseMs(row, part) : answered));
            for (const statistic of STATISTICS) {
              const metric: LatencyMetric = { section: 'latency', of: 'all', statistic };
              const { low, high } = fold.bounds(metric, { end: ENDED });
              const value = statisticOf(truth, statistic);
              expect((low ?? Infinity) / SLACK, JSON.stringify(metric)).toBeLessThanOrEqual(value);
              expect((high ?? Infinity) * SLACK + 1e-5, JSON.stringify(metric)).toBeGreaterThanOrEqual(value);
            }
            const asked: OutcomesMetric = { section: 'outcomes', of: 'success' };
            const success = fold.bounds(asked, { end: ENDED });
            const ok = truth.filter(Number.isFinite).length / truth.length;
            expect([(success.low ?? 1) <= ok + 1e-12, (success.high ?? 1) >= ok - 1e-12]).toEqual([true, true]);
          }
        },
      ),
    );
  });

  function responseMs({ dueMs, handedMs, doneMs, doneEarliestMs }: Row, part: number): number {
    const late = Math.max(0, handedMs - dueMs);
    const unread = Number.isNaN(doneEarliestMs) ? 0 : Math.max(0, doneMs - doneEarliestMs);
    return doneMs - dueMs - part * (late + unread);
  }

  function statisticOf(values: readonly number[], statistic: Statistic): number {
    const sorted = [...values].sort((a, b) => a - b);
    if (statistic === 'mean') return values.reduce((sum, value) => sum + value, 0) / values.length;
    if (statistic === 'min') return sorted[0] as number;
    if (typeof statistic !== 'object') return sorted.at(-1) as number;
    return sorted[Math.ceil((statistic.p * values.length) / 100 - 1e-9) - 1] as number;
  }
});

/** No machine hands over without any lateness, so each of these is INVALID. */
const INVALID = ['-R', '100/s', '-n', '30', '--backend', 'simulated', '--max-lateness', '0us', '--no-html', '-q'];
const run = (name: string, ...more: string[]): Promise<Finished> =>
  runCli(['run', ...INVALID, '--out', at(name), ...more]);

describe('an INVALID run', () => {
  beforeAll(async () => {
    expect((await run('plain')).code).toBe(96);
  });

  test('answers a threshold that holds with our own share, and says that it is INVALID too', async () => {
    const { code, stdout } = await run('holds', '--threshold', 'all.p(99)<1m', '--threshold', 'success>50%');
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('INVALID');
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /ok all\.p\(99\)<1m: .*; decided: it holds with and without our own share/,
    );
    expect(readReport(at('holds')).sections.thresholds?.[0]).toMatchObject({ ok: true, decided: true });
  });

  test('answers one that fails even without our own share, whatever the others are', async () => {
    const { code, stdout } = await run('fails', '--threshold', 'response.mean<1ms', '--threshold', 'all.p(99)<1m');
    expect(code, stdout).toBe(99);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /FAILED response\.mean<1ms: .*; decided: it fails even without our own/,
    );
  });

  test('leaves open what our own share could turn: 96', async () => {
    const { low, high } = readReport(at('plain')).sections.health.bounds?.['response.mean'] ?? {};
    expect(low).toBeLessThan(high as number);
    const limit = `response.mean<${String(((low as number) + (high as number)) / 2)}ms`;
    const { code, stdout } = await runCli(['report', at('plain'), '--no-write', '--threshold', limit]);
    expect(code, stdout).toBe(96);
    expect(stdout).toContain('UNDECIDED response.mean');
  });

  test('is not made again where it has answered', async () => {
    const { code, stderr } = await runCli(['run', ...INVALID.slice(0, -1), '--out', at('answered'), '--attempts', '3', '--threshold', 'all.p(99)<1m']); // prettier-ignore
    expect([code, stderr.includes('made again')]).toEqual([0, false]);
  });
});

test('the regression gate decides over INVALID runs what our own share cannot turn, and leaves the rest open', async () => {
  const repeat = (name: string, ...more: string[]): Promise<Finished> => run(name, '--repeat', '5', ...more);
  await repeat('before');
  await repeat('slower', '--set', 'service=100ms');
  const gate = (candidate: string, rule: string): Promise<Finished> =>
    runCli(['compare', at(candidate), '--baseline', at('before'), '--fail-if', rule]);
  const slower = await gate('slower', 'response.mean>+50%');
  expect(slower.code, slower.stdout).toBe(99);
  expect(slower.stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /REGRESSION: .*with 10 INVALID runs, and even without our own share/,
  );
  const allowed = await gate('slower', 'response.mean>+100s');
  expect([allowed.code, allowed.stdout.includes('REGRESSION')], allowed.stdout).toEqual([0, false]);
  expect((await gate('slower', 'lateness.p(99)>+10%')).code).toBe(2);
});
