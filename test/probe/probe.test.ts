import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planProbe, PROBE_PARTS } from '#src/probe/plan-probe';
import { readReport, runCli } from '../support/run-cli.js';

const SIZE = {
  ...{ loneCalls: 30, loneGapMs: 1000, starts: 12, startGapMs: 20_000, burst: 200, longestGapMs: 600_000 },
  ...{ gapCalls: 20, leastPerSecond: 1, mostPerSecond: 64, rateMs: 20_000, holdMs: 120_000, watchMs: 300_000 },
};
const folder = mkdtempSync(join(tmpdir(), 'replay-probe-'));
const LAMBDA = ['--backend', 'simulated', '--set', 'system=aws-lambda', '--time', 'virtual', '--no-html'];

describe('the plan', () => {
  const steps = planProbe(SIZE, PROBE_PARTS, 1);

  it('arrivals of a step are sorted and lie within it', () => {
    for (const { name, atMs, durationMs } of steps) {
      expect([...atMs], name).toEqual([...atMs].sort((a, b) => a - b));
      expect(atMs.at(-1), name).toBeLessThanOrEqual(durationMs);
    }
  });

  it('idle times double up to the longest, from at most 20 s', () => {
    const { atMs } = steps.find(({ part }) => part === 'gaps') as (typeof steps)[number];
    const visits = [...new Set(atMs)];
    const gaps = visits.slice(1).map((ms, i) => ms - (visits[i] as number));
    expect(gaps.at(-1)).toBe(600_000);
    expect(gaps[0]).toBeLessThanOrEqual(20_000);
    gaps.slice(1).forEach((gap, i) => {
      expect(gap / (gaps[i] as number)).toBeCloseTo(2);
    });
  });
});

describe('replay system probe', () => {
  it('says before the start how much it sends and costs at most, and --dry-run sends nothing', async () => {
    const out = join(folder, 'dry');
    const { code, stdout } = await runCli(['system', 'probe', ...LAMBDA, '--dry-run', '--out', out]);
    expect(code).toBe(0);
    const calls = planProbe(SIZE, PROBE_PARTS, 1).reduce((sum, { atMs }) => sum + atMs.length, 0);
    expect(stdout).toMatch(new RegExp(`^13 runs, at most ${String(calls)} calls in 3\\d min .* highest cost: [\\d.]+ USD\\n`)); // prettier-ignore
    expect(existsSync(out)).toBe(false);
  });

  it('never costs more than it said', async () => {
    const out = join(folder, 'cost');
    const { stderr } = await runCli(['system', 'probe', ...LAMBDA, '--skip', 'rates', '--out', out]);
    const most = Number(/highest cost: ([\d.]+) USD/.exec(stderr)?.[1]);
    const spent = readdirSync(out)
      .filter((name) => name !== 'probe.json')
      .reduce((sum, name) => sum + (readReport(join(out, name)).sections.cost.total ?? NaN), 0);
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThan(most);
  });

  it('takes up what was stopped, makes no finished run twice, and keeps its folder to one service', async () => {
    const out = join(folder, 'resumed');
    const args = ['system', 'probe', ...LAMBDA, '--only', 'lone', '--only', 'burst', '--out', out];
    expect((await runCli(args)).code).toBe(0);
    const made = statSync(join(out, '1-lone/samples.arrows')).mtimeMs;
    // As a killed run leaves it.
    rmSync(join(out, '3-burst/report.json'));
    const again = await runCli([...args, '--only', 'gaps']);
    expect(again.stderr).toContain('1-lone: made before');
    expect(readdirSync(out).sort()).toEqual(['1-lone', '3-burst', '3-burst-unfinished-1', '4-gaps', 'probe.json']);
    expect(statSync(join(out, '1-lone/samples.arrows')).mtimeMs).toBe(made);
    const larger = await runCli([...args, '--burst', '300']);
    expect([larger.code, larger.stderr.split('\n').at(-2)]).toEqual([2, expect.stringContaining('holds runs of other settings')]); // prettier-ignore
  });

  it('stops before its budget is passed, what was spent before included', async () => {
    const out = join(folder, 'budget');
    const args = ['system', 'probe', ...LAMBDA, '--only', 'lone', '--only', 'burst', '--out', out];
    const { code, stderr } = await runCli([...args, '--budget', '0.001usd']);
    expect([code, stderr]).toEqual([105, expect.stringContaining('raise --budget to go on')]);
    expect(existsSync(join(out, '3-burst'))).toBe(false);
  });

  it('doubles the rate until the service is saturated, and holds that one', async () => {
    const file = join(folder, 'small.yaml');
    writeFileSync(file, 'name: small\nserver: {workers: 2, service: 100ms}\nadmission: {waitLimit: 4s}\n');
    const out = join(folder, 'rates');
    const { code, stderr } = await runCli(['system', 'probe', '--backend', 'simulated', '--set', `system=${file}`, '--time', 'virtual', '--no-html', '--only', 'rates', '--only', 'lone', '--hold', '30s', '--rate-length', '10s', '--out', out]); // prettier-ignore
    expect(code, stderr).toBe(0);
    const names = readdirSync(out);
    expect(names).toContain('5-rate-32');
    expect(names).not.toContain('5-rate-64');
    expect(readReport(join(out, '6-hold')).sections.outcomes.successRatio).toBeLessThan(0.8);
    expect(readFileSync(join(out, 'probe.json'), 'utf8')).toMatch(/^\{"key":"[0-9a-f]{64}"\}\n$/);
  });
});
