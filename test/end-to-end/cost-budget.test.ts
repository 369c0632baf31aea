import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportAgain } from '#src/conclude/report-again';
import { BILLED, billedRun, ENDPOINT, plain, traceOf, written } from '../support/billed-run.js';
import { freshFolder, readRecord, readReport, runCli } from '../support/run-cli.js';

describe('a budget', () => {
  // At most 3 s x 2 GB x 0.0000166667 a request until it is reported: 1e-4.
  const budget = 0.005;

  it.each(['virtual', 'real'] as const)(
    'is never passed, leaves the rest unsent, and is no invalid run (%s time)',
    async (time) => {
      const trace = traceOf(40, time === 'real' ? 3000 : 12_000);
      const out = await billedRun({ trace, time, budget: time === 'real' ? budget : 0.0055 });
      const { sections, verdict, run } = readReport(out);
      expect(sections.cost.high).toBeLessThanOrEqual(0.0055);
      expect(sections.outcomes.unsent).toBeGreaterThan(0);
      expect(sections.outcomes.ok).toBeGreaterThan(0);
      // A busy machine is another matter.
      expect(verdict.reasons.join(' ')).not.toMatch(time === 'real' ? /unsent|no sample|budget/ : /./);
      expect(run.stopReason).toMatch(/budget/);
      expect(readRecord(out).end?.overBudget).toBe(true);
      expect(plain(await reportAgain(out))).toEqual(written(out));
    },
  );

  it.each(['virtual', 'real'] as const)(
    'lets open what was sent: it is answered after the stop (%s time)',
    async (time) => {
      // Each answer takes 400 ms more, so that some 16 are open.
      const trace = traceOf(40, time === 'real' ? 3000 : 12_000);
      const out = await billedRun({ trace, time, budget: 0.0055, backendOptions: { slow: '400' } });
      const { sections, run } = readReport(out);
      const { end } = readRecord(out);
      expect(end?.overBudget).toBe(true);
      expect(sections.outcomes.unsent).toBeGreaterThan(0);
      expect(sections.outcomes.failures.aborted).toBeUndefined();
      expect(sections.cost.high).toBeLessThanOrEqual(0.0055);
      expect(run.endedMs).toBeGreaterThan((end?.stoppedMs ?? NaN) + 200);
    },
  );

  it('that is not reached changes nothing', async () => {
    const [one, other] = [await billedRun(), await billedRun({ budget: 5 })];
    expect(readReport(other).sections.outcomes).toEqual(readReport(one).sections.outcomes);
    expect(readReport(other).sections.cost).toEqual(readReport(one).sections.cost);
  });

  it('needs a cost that is known while sending', async () => {
    await expect(billedRun({ backend: 'simulated', budget })).rejects.toThrow(/--budget needs.*--machine/);
    await expect(billedRun({ backendOptions: ENDPOINT, budget })).rejects.toThrow(/--budget needs.*instances/);
  });

  it('that the time of a machine alone is beyond ends the run before it starts', async () => {
    const out = freshFolder();
    const load = ['--rate', '1/s', '--duration', '1h', '--time', 'virtual', '-q', '--backend', 'simulated'];
    const machine = ['--machine', 'aws:g4dn.2xlarge', '--budget'];
    const { code, stderr } = await runCli([...load, ...machine, '0.75usd', '-o', out]);
    expect([code, existsSync(out)]).toEqual([2, false]);
    expect(stderr).toMatch(/^replay: --budget: 0\.752 is due/);
    expect((await runCli([...load, ...machine, '0.753usd', '--no-html', '-o', out])).code).toBe(0);
  });

  it('exits with 105', async () => {
    const load = ['--rate', '40/s', '--duration', '12s', '--time', 'virtual', '--quiet', '--backend', BILLED];
    const { code } = await runCli([...load, '--budget', '0.0055usd', '--out', freshFolder()]);
    expect(code).toBe(105);
    expect((await runCli([...load, '--budget', '5eur'])).stderr).toMatch(/is in USD/);
  });
});
