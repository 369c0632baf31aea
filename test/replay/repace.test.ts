import { expect, it } from 'vitest';
import { repace } from '#src/replay/repace';
import type { Senders } from '#src/time/choose-senders';

const exact: Senders = { asked: 'auto', used: 'exact', workers: 1, exactCpus: 2, why: '' };
const quiet = { elapsedMs: 1000, cpus: 2, rehearsed: [{ elapsedMs: 500, runQueueMs: 5 }] };

it.each([
  ['nothing', {}, undefined],
  ['a little of others', { otherProcessesMs: 240 }, undefined],
  ['others', { otherProcessesMs: 900 }, /^other processes used 0\.9 of 2 CPUs during the rehearsal$/],
  ['others, but CPUs for all', { otherProcessesMs: 900, cpus: 3 }, undefined],
  ['steal', { hostStealMs: 800, hostCpus: 2 }, /hypervisor gave 0\.8 of 2 CPUs/],
  // Most of it was taken from CPUs that are not ours.
  ['steal of a host of 64 CPUs', { hostStealMs: 800, hostCpus: 64 }, undefined],
  ['a quota', { cgroupThrottledMs: 40 }, /quota of the cgroup .* 40 ms/],
  ['a worker that was kept from its CPU', { rehearsed: [{ elapsedMs: 500, runQueueMs: 200 }] }, /waited 40 % /],
  ['a system that does not tell', { rehearsed: [{ elapsedMs: 500, runQueueMs: NaN }] }, undefined],
  ['a rehearsal that took no time', { rehearsed: [{ elapsedMs: 0, runQueueMs: 0 }] }, undefined],
])('%s', (_, usage, why) => {
  const better = repace(exact, { ...quiet, ...usage });
  if (why === undefined) expect(better).toBeUndefined();
  else {
    expect(better?.used).toBe('economic');
    expect(better?.why).toMatch(why);
  }
});

it('what was asked for stands, and economic pacing needs no better one', () => {
  const busy = { ...quiet, otherProcessesMs: 1900 };
  expect(repace({ ...exact, asked: 'exact' }, busy)).toBeUndefined();
  expect(repace({ ...exact, used: 'economic' }, busy)).toBeUndefined();
});
