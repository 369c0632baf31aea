import { expect, it } from 'vitest';
import { likelyCause, type Symptoms } from '#src/collectors/health/likely-cause';

const late = { p50Ms: 2, p99Ms: 30, p999Ms: 40, maxMs: 50 };
const nothing = {
  workerCpuShareMax: 0.2,
  workerRunQueueMs: 1,
  workerGcMs: 1,
  workerGcMaxMs: 1,
  hostStealMs: 0,
  cgroupThrottledMs: 0,
  workers: 1,
  hostCpus: 1,
};

const calm = { p50Ms: 0.1, p99Ms: 0.9, p999Ms: 1, maxMs: 2 };
const symptoms = (changes: Partial<Symptoms> = {}): Symptoms => ({
  lateness: [late],
  shifts: [],
  connectionWait: calm,
  maxLatenessMs: 10,
  resources: nothing,
  elapsedMs: 10_000,
  ...changes,
});

it.each([
  [{ cgroupThrottledMs: 900, workerRunQueueMs: 400 }, /quota of the cgroup .* 900 ms/],
  [{ hostStealMs: 20_000 }, /steal.*/],
  [{ workerRunQueueMs: 500, workerGcMs: 60 }, /ready to run but had no CPU for 500 ms/],
  [{ workerGcMs: 60 }, /garbage collection .* 60 ms/],
  [{ workerCpuShareMax: 0.99 }, /busy 99 %/],
  // 40 CPUs lost 20 ms each, the one worker lost 60.
  [{ hostStealMs: 800, hostCpus: 40, workerGcMs: 60 }, /garbage collection/],
  // Each of 4 workers lost 100 ms to its collector, each CPU 300 to others.
  [{ hostStealMs: 600, hostCpus: 2, workerGcMs: 400, workers: 4 }, /steal/],
])('%j is told', (resources, tells) => {
  expect(likelyCause(symptoms({ resources: { ...nothing, ...resources } }))).toMatch(tells);
});

it('a run that is not late has no cause, nor has one that nothing explains', () => {
  const resources = { ...nothing, workerRunQueueMs: 5000 };
  expect(likelyCause(symptoms({ lateness: [calm], resources }))).toBeNull();
  expect(likelyCause(symptoms())).toBeNull();
  expect(likelyCause(symptoms({ resources: null }))).toBeNull();
});

it('a run that is late in its busiest seconds alone has one', () => {
  expect(likelyCause(symptoms({ lateness: [calm, late], resources: { ...nothing, workerGcMs: 60 } }))).toMatch(
    /garbage/,
  );
});

it('a cause is a part of the time that it was counted for, the drain included', () => {
  const resources = { ...nothing, workerGcMs: 60 };
  expect(likelyCause(symptoms({ resources, elapsedMs: 19_000 }))).toMatch(/garbage/);
  expect(likelyCause(symptoms({ resources, elapsedMs: 21_000 }))).toBeNull();
});

it('waits for a connection are named where they moved a number further than lateness did', () => {
  const shift = (cause: 'connection-wait' | 'lateness', byMs: number) =>
    ({ cause, statistic: 'p99', reportedMs: 100, withoutMs: 100 - byMs }) as const;
  const connectionWait = { ...calm, p99Ms: 88.8 };
  const cause = (waitMs: number, lateMs: number, p99Ms = 5): string | null =>
    likelyCause(
      symptoms({
        lateness: [{ ...late, p99Ms }],
        shifts: [shift('connection-wait', waitMs), shift('lateness', lateMs)],
        connectionWait,
        resources: { ...nothing, workerGcMs: 60 },
      }),
    );
  expect(cause(50, 20)).toMatch(/waited for a free connection.*89 ms/);
  expect(cause(50, 0, 0.5)).toMatch(/waited for a free connection/);
  expect(cause(20, 50)).toMatch(/garbage/);
  expect(cause(2, 0)).toMatch(/garbage/); // within what is allowed
  expect(cause(50, 20, 30)).toMatch(/garbage/); // too late: that is what has to be explained
});
