import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { keepCalibration } from '#src/calibrate/keep-calibration';
import { cpuBudget } from '#src/host/cpu-budget';
import { calibrationPath, thisMachine, type Calibration } from '#src/host/calibration';
import { freshFolder, runCli, type Finished } from '../support/run-cli.js';
import { startSpinners } from '../support/spinners.js';

const MOST = 1000;
const SHORT = ['calibrate', '--pacing', 'economic', '--trial', '150ms', '--most', String(MOST)];
const caches: string[] = [];
const freshCache = (): Record<string, string> => {
  const cache = mkdtempSync(join(tmpdir(), 'replay-calibration-'));
  caches.push(cache);
  return { XDG_CACHE_HOME: cache };
};
afterAll(() => {
  for (const cache of caches) rmSync(cache, { recursive: true, force: true });
});

it('reports what was measured of this machine, and keeps it unless the machine was busy', async () => {
  const env = freshCache();
  const { code, stdout, stderr } = await runCli([...SHORT, '--json'], env);
  const told = JSON.parse(stdout) as Calibration & { busy: string | null };
  const { busy, ...calibration } = told;
  expect(stderr).toMatch(/economic: the floor, at 200\/s\n.*economic: 1000\/s\n/s);
  expect(told.machine).toEqual(thisMachine());
  // A reading of the clock takes some ten ns, and no clock that is used has steps of more than 16 ms.
  expect(told.clockResolutionNs).toBeGreaterThan(0);
  expect(told.clockResolutionNs).toBeLessThan(1e5);
  expect(told.exact).toBeNull();
  if (busy !== null) {
    // Tests run side by side: what else they use is not this machine's.
    expect(code).toBe(96);
    expect(told.economic).toBeNull();
    expect(existsSync(calibrationPath(env))).toBe(false);
    return;
  }
  expect(code).toBe(0);
  expect(stderr).toContain(`kept in ${calibrationPath(env)}\n`);
  expect(JSON.parse(readFileSync(calibrationPath(env), 'utf8'))).toEqual(calibration);
  const { floor, highestPerSecond, cpuUsPerRequest } = told.economic ?? expect.fail('nothing was measured');
  expect(floor.perSecond).toBe(200);
  expect(floor.p50Ms).toBeGreaterThanOrEqual(0);
  expect(floor.p99Ms).toBeGreaterThanOrEqual(floor.p50Ms);
  expect([0, 700, MOST]).toContain(highestPerSecond);
  if (cpuUsPerRequest !== null) expect(Math.abs(cpuUsPerRequest)).toBeLessThan(10_000);
});

it('warns of nothing, however many trials it runs', async () => {
  const warnings: string[] = [];
  const hear = ({ name }: Error): number => warnings.push(name);
  process.on('warning', hear);
  try {
    await runCli(['calibrate', '--trial', '20ms', '--most', '4000'], freshCache());
  } finally {
    process.off('warning', hear);
  }
  expect(warnings).toEqual([]);
});

it('says that the machine is busy, and keeps what was measured before', async () => {
  const env = freshCache();
  const before: Calibration = { ...CALIBRATION, economic: { ...HELD, highestPerSecond: 12_345 } };
  keepCalibration(before, env);
  const stop = await startSpinners(Math.ceil(cpuBudget()));
  try {
    const { code, stdout, stderr } = await runCli(SHORT, env);
    expect(code).toBe(96);
    expect(stdout).toMatch(/^Busy {7}(other processes used [\d.]+ of [\d.]+ CPUs|the )/m);
    expect(stderr).toMatch(/economic: not kept: .*nothing was kept/s);
  } finally {
    stop();
  }
  expect(JSON.parse(readFileSync(calibrationPath(env), 'utf8'))).toEqual(before);
});

it('a run that asks for more than was held is warned before it starts, one that does not is not', async () => {
  const env = freshCache();
  keepCalibration({ ...CALIBRATION, economic: { ...HELD, highestPerSecond: 1000 } }, env);
  const run = (requests: number): Promise<Finished> =>
    runCli(
      [
        ...['--rate', `${String(10 * requests)}/s`, '--process', 'constant', '--requests', String(requests)],
        ...['--backend', 'null', '--workers', '1', '--pacing', 'economic', '--no-html', '--out', freshFolder()],
      ],
      env,
    );
  expect((await run(1001)).stderr).toMatch(
    /warning: the busiest second asks 1001 calls of 1 worker with economic pacing, and this machine held no more than 1000 /,
  );
  expect((await run(1000)).stderr).not.toContain('this machine held');
});

const HELD = {
  floor: { perSecond: 200, p50Ms: 0.1, p99Ms: 0.5 },
  highestPerSecond: 1000,
  cpuUsPerRequest: 20,
};
const CALIBRATION: Calibration = {
  format: 2,
  date: '2026-11-24T00:00:00.000Z',
  machine: thisMachine(),
  clockResolutionNs: 30,
  exact: null,
  economic: null,
};
