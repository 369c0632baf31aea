import { expect, it } from 'vitest';
import type { Calibration } from '#src/calibration';
import { asksTooMuch } from '#src/replay/asks-too-much';

const held = (highestPerSecond: number) => ({
  floor: { perSecond: 200, p50Ms: 0.1, p99Ms: 0.5 },
  highestPerSecond,
  cpuUsPerRequest: 20,
});
const calibration: Calibration = {
  format: 1,
  date: '2026-11-24T00:00:00Z',
  machine: { cpu: 'x', cpus: 2, node: '20' },
  clockResolutionNs: 30,
  exact: held(8000),
  economic: null,
};

it.each([
  [{ duePerSecond: [10, 16_000] }, 2, 3, 'exact', undefined],
  [{ duePerSecond: [10, 16_001] }, 2, 3, 'exact', /asks 8001 requests of each of 2 workers.*held 8000 with exact/],
  [{ duePerSecond: [10_000] }, 1, 2, 'economic', undefined],
  [{ duePerSecond: [10_001, 3] }, 1, 2, 'economic', /each of 1 worker, which few machines/],
  // One worker was measured, and two have no more CPUs here.
  [{ duePerSecond: [8000] }, 2, 2, 'exact', undefined],
  [
    { duePerSecond: [8001] },
    2,
    2,
    'exact',
    /asks 8001 requests of each of the 1 of 2 workers for which there are CPUs/,
  ],
  [{ duePerSecond: [12_001] }, 4, 2.5, 'exact', /asks 8001 requests of each of the 1.5 of 4 workers/],
  [{ duePerSecond: [8000] }, 1, 0.5, 'exact', undefined],
  [{ duePerSecond: [] }, 1, 2, 'exact', undefined],
] as const)('%j by %i workers on %f CPUs, %s', (plan, workers, cpuBudget, pacing, tells) => {
  const told = asksTooMuch(plan, { workers, cpuBudget }, pacing, calibration);
  if (tells === undefined) expect(told).toBeUndefined();
  else expect(told).toMatch(tells);
});

it('says so when no rate was held', () => {
  const disturbed = { ...calibration, exact: { ...held(0), floor: { perSecond: 200, p50Ms: 0.1, p99Ms: 7.89 } } };
  expect(asksTooMuch({ duePerSecond: [3] }, { workers: 1, cpuBudget: 2 }, 'exact', disturbed)).toMatch(
    /held no rate with exact .*7\.9 ms at 200\/s.*calibrate again/,
  );
});
