import { availableParallelism } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuBudget } from '#src/host/cpu-budget';

/** A machine of these files alone. */
function reader(files: Readonly<Record<string, string>>): (path: string) => string {
  return (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`ENOENT ${path}`);
    return text;
  };
}

const ALL = availableParallelism();
/** Below any number of CPUs. */
const V2 = { '/proc/self/cgroup': '0::/a/b\n', '/sys/fs/cgroup/a/b/cpu.max': 'max 100000\n' };
const V1 = '/sys/fs/cgroup/cpu';

describe('cpuBudget', () => {
  test.each<{ what: string; files: Record<string, string>; cpus: number }>([
    { what: 'no cgroups at all', files: {}, cpus: ALL },
    { what: 'no quota', files: V2, cpus: ALL },
    { what: 'a quota of its own', files: { ...V2, '/sys/fs/cgroup/a/b/cpu.max': '50000 100000\n' }, cpus: 0.5 },
    { what: 'a quota above it', files: { ...V2, '/sys/fs/cgroup/a/cpu.max': '25000 100000\n' }, cpus: 0.25 },
    { what: 'a quota of the root', files: { ...V2, '/sys/fs/cgroup/cpu.max': '30000 100000\n' }, cpus: 0.3 },
    { what: 'a quota above what there is', files: { ...V2, '/sys/fs/cgroup/a/cpu.max': '99900000 100000' }, cpus: ALL },
    {
      what: 'a name with a colon',
      files: {
        '/proc/self/cgroup': '0::/pods.slice:cri:1f/x\n',
        '/sys/fs/cgroup/pods.slice:cri:1f/x/cpu.max': '4000 10000',
      },
      cpus: 0.4,
    },
    {
      what: 'version 1',
      files: {
        '/proc/self/cgroup': '5:memory:/m\n4:cpu,cpuacct:/docker/x\n',
        [`${V1}/docker/x/cpu.cfs_quota_us`]: '20000\n',
        [`${V1}/docker/x/cpu.cfs_period_us`]: '100000\n',
        [`${V1}/docker/cpu.cfs_quota_us`]: '-1\n',
        [`${V1}/docker/cpu.cfs_period_us`]: '100000\n',
      },
      cpus: 0.2,
    },
    {
      what: 'version 1 without a quota',
      files: { '/proc/self/cgroup': '4:cpu:/\n', [`${V1}/cpu.cfs_quota_us`]: '-1\n' },
      cpus: ALL,
    },
    {
      what: 'another controller',
      files: { '/proc/self/cgroup': '4:cpuset:/\n', [`${V1}/cpu.cfs_quota_us`]: '1' },
      cpus: ALL,
    },
    { what: 'a file that makes no sense', files: { ...V2, '/sys/fs/cgroup/cpu.max': 'soon\n' }, cpus: ALL },
  ])('$what', ({ files, cpus }) => {
    expect(cpuBudget(reader(files))).toBe(cpus);
  });

  test('is the tightest of all levels', () => {
    const levels = fc.array(fc.option(fc.integer({ min: 1, max: 200_000 })), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(levels, (quotas) => {
        const folders = quotas.map((_, depth) => Array.from({ length: depth }, (__, i) => `/l${String(i)}`).join(''));
        const files = Object.fromEntries(
          quotas.map((quota, i) => [`/sys/fs/cgroup${folders[i] ?? ''}/cpu.max`, `${String(quota ?? 'max')} 100000\n`]),
        );
        const given = quotas.filter((quota) => quota !== null).map((quota) => quota / 100_000);
        const read = reader({ ...files, '/proc/self/cgroup': `0::${folders.at(-1) ?? ''}/\n` });
        expect(cpuBudget(read)).toBe(Math.min(ALL, ...given));
      }),
    );
  });

  test('of this machine is a number above 0', () => {
    expect(cpuBudget()).toBeGreaterThan(0);
    expect(cpuBudget()).toBeLessThanOrEqual(ALL);
  });
});
