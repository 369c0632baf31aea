import { expect, it } from 'vitest';
import { likelyCause } from '#src/collectors/likely-cause';

const late = { p50Ms: 2, p99Ms: 30, p999Ms: 40, maxMs: 50 };
const nothing = {
  workerCpuShareMax: 0.2,
  workerRunQueueMs: 1,
  workerGcMs: 1,
  workerGcMaxMs: 1,
  hostStealMs: 0,
  cgroupThrottledMs: 0,
};

it.each([
  [{ cgroupThrottledMs: 900, workerRunQueueMs: 400 }, /quota of the cgroup .* 900 ms/],
  [{ hostStealMs: 20_000 }, /steal.*/],
  [{ workerRunQueueMs: 500, workerGcMs: 60 }, /ready to run but had no CPU for 500 ms/],
  [{ workerGcMs: 60 }, /garbage collection .* 60 ms/],
  [{ workerCpuShareMax: 0.99 }, /busy 99 %/],
])('%j is told', (resources, tells) => {
  expect(likelyCause(late, { ...nothing, ...resources }, 10_000)).toMatch(tells);
});

it('a run that is not late has no cause, nor has one that nothing explains', () => {
  expect(likelyCause({ ...late, p99Ms: 0.9 }, { ...nothing, workerRunQueueMs: 5000 }, 10_000)).toBeNull();
  expect(likelyCause(late, nothing, 10_000)).toBeNull();
  expect(likelyCause(late, null, 10_000)).toBeNull();
});
