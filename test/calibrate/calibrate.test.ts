import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { thisMachine, type Calibration } from '#src/calibration';
import { freshFolder, runCli, type Finished } from '../support/run-cli.js';

const MOST = 1000;
const cache = mkdtempSync(join(tmpdir(), 'replay-calibration-'));
const env = { XDG_CACHE_HOME: cache };
let finished: Finished;
let told: Calibration;

beforeAll(async () => {
  const short = ['--pacing', 'economic', '--trial', '150ms', '--most', String(MOST)];
  finished = await runCli(['calibrate', ...short, '--json'], env);
  told = JSON.parse(finished.stdout) as Calibration;
});
afterAll(() => {
  rmSync(cache, { recursive: true, force: true });
});

it('tells what was measured of this machine, and keeps it', () => {
  expect(finished.code).toBe(0);
  expect(finished.stderr).toMatch(/economic: the floor, at 200\/s\n.*economic: 1000\/s\n/s);
  expect(told.machine).toEqual(thisMachine());
  expect(told.exact).toBeNull();
  const kept = /^kept in (.*)$/m.exec(finished.stderr)?.[1] ?? '';
  expect(kept.startsWith(cache)).toBe(true);
  expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual(told);
});

it('in a range that a clock and a thread can have', () => {
  // A reading of the clock takes some ten ns, and no clock that is used has steps of more than 16 ms.
  expect(told.clockResolutionNs).toBeGreaterThan(0);
  expect(told.clockResolutionNs).toBeLessThan(1e5);
  const { floor, highestPerSecond, cpuUsPerRequest } = told.economic ?? expect.fail('nothing was measured');
  expect(floor.perSecond).toBe(200);
  expect(floor.p50Ms).toBeGreaterThanOrEqual(0);
  expect(floor.p99Ms).toBeGreaterThanOrEqual(floor.p50Ms);
  // A busy machine holds less, or nothing.
  expect([0, 700, MOST]).toContain(highestPerSecond);
  if (cpuUsPerRequest !== null) expect(Math.abs(cpuUsPerRequest)).toBeLessThan(10_000);
});

it('a run that asks for more than was held is warned before it starts, one that does not is not', async () => {
  const { highestPerSecond = 0 } = told.economic ?? {};
  const run = (requests: number): Promise<Finished> =>
    runCli(
      [
        ...['--rate', `${String(10 * requests)}/s`, '--process', 'constant', '--requests', String(requests)],
        ...['--backend', 'null', '--workers', '1', '--pacing', 'economic', '--no-html', '--out', freshFolder()],
      ],
      env,
    );
  expect((await run(highestPerSecond + 1)).stderr).toMatch(
    /warning: the busiest second asks \d+ requests of each of 1 worker, and this machine held /,
  );
  if (highestPerSecond > 0) expect((await run(highestPerSecond)).stderr).not.toContain('this machine held');
});
