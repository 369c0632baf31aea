import { expect, it } from 'vitest';
import { measureHostUsage } from '#src/replay/host-usage';

it('counts steal and the throttling of every level, in the units of both cgroup versions', () => {
  const files: Record<string, string> = {
    '/proc/stat': 'cpu  1 2 3 4 5 6 7 100 0 0\ncpu0 ...\ncpu1 ...\nctxt 1\n',
    '/proc/self/cgroup': '4:cpu,cpuacct:/a\n0::/b/c\n',
    '/sys/fs/cgroup/cpu/a/cpu.stat': 'nr_throttled 1\nthrottled_time 5000000\n',
    '/sys/fs/cgroup/b/cpu.stat': 'usage_usec 7\nthrottled_usec 2000\n',
  };
  const read = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error(`no ${path}`);
    return text;
  };
  const usage = measureHostUsage(read);
  expect(usage()).toEqual({ hostCpus: 2, hostStealMs: 0, cgroupThrottledMs: 0 });
  files['/proc/stat'] = 'cpu  1 2 3 4 5 6 7 103 0 0\n';
  files['/sys/fs/cgroup/cpu/a/cpu.stat'] = 'throttled_time 8000000\n';
  files['/sys/fs/cgroup/b/cpu.stat'] = 'throttled_usec 12000\n';
  expect(usage()).toEqual({ hostCpus: 2, hostStealMs: 30, cgroupThrottledMs: 13 });
});

it('says nothing where the system says nothing', () => {
  const usage = measureHostUsage(() => {
    throw new Error('no such file');
  });
  expect(usage()).toEqual({});
});
