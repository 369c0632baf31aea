import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { billedRun, traceOf } from '../support/billed-run.js';
import { CLI, readReport, ROOT, runCli } from '../support/run-cli.js';

/** Somebody who may write nowhere; root may, so it becomes an unprivileged user. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534, env: { ...process.env, HOME: tmpdir() } } : {};
const canStart = spawnSync(process.execPath, [CLI, '--version'], { cwd: ROOT, ...NOBODY }).status === 0;

const filesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'latin1')]));

describe('replay report', () => {
  it('with other prices writes both files again, or with --no-write neither', async () => {
    const folder = await billedRun({ trace: traceOf(20, 1000) });
    const before = filesOf(folder);
    const looked = await runCli(['report', folder, '--prices', '2021-03', '--no-write']);
    expect(looked.stdout).toContain('prices of 2021-03');
    expect(filesOf(folder)).toEqual(before);

    expect((await runCli(['report', folder, '--prices', '2021-03'])).code).toBe(0);
    const after = filesOf(folder);
    expect(readReport(folder).sections.cost.sheet).toBe('2021-03');
    expect(after['report.html']).toContain('Prices of 2021-03');
    // The record stays: made again without other prices, all is as it was.
    expect((await runCli(['report', folder])).code).toBe(0);
    expect(filesOf(folder)).toEqual(before);
  });

  it.skipIf(!canStart)('of a folder that takes no file is printed, with advice', async () => {
    const folder = await billedRun({ trace: traceOf(20, 1000) });
    chmodSync(dirname(folder), 0o755);
    chmodSync(folder, 0o555);
    if (process.getuid?.() !== 0)
      expect(() => {
        accessSync(folder, constants.W_OK);
      }).toThrow();
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'report', folder], {
      cwd: ROOT,
      encoding: 'utf8',
      ...NOBODY,
    });
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/^printed, but not written \(.*report\.json: not permitted\); copy .*--no-write\n$/),
    ]);
    expect(stdout).toMatch(/^Requests/);
    chmodSync(folder, 0o755);
  });
});

it('what cannot be collected is one line before anything is sent', async () => {
  const load = ['--rate', '9', '--duration', '1s', '--backend'];
  const cases: [string[], RegExp][] = [
    [[...load, 'null', '--collect', 'cloud'], /backend null has none/],
    [[...load, 'simulated', '--time', 'virtual', '--collect', 'cloud'], /virtual time/],
    [[...load, 'lambda', '--collect-wait', '1s'], /add --collect cloud/],
  ];
  for (const [args, tells] of cases) {
    const { code, stdout, stderr } = await runCli(args);
    expect([code, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1]);
    expect(stderr).toMatch(tells);
  }
});
