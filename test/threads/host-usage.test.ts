import { expect, it } from 'vitest';
import { measureHostUsage } from '#src/threads/host-usage';

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

it('counts what other processes used, of the CPUs that this one may run on', () => {
  const stat = (cpu2User: number): string =>
    `cpu  1 1 1 1 1 1 1 0 0 0\ncpu0 100 0 0 9 9 9 9 0 0 0\ncpu1 ${String(10 * cpu2User)} 0 0 9 0 0 0 0 0 0\ncpu2 ${String(cpu2User)} 1 2 9 0 0 0 0 0 0\n`;
  let [text, allowed, ownMs] = [stat(10), '0,2-3', 500];
  const usage = measureHostUsage(
    (path) => {
      if (path === '/proc/stat') return text;
      if (path === '/proc/self/status') return `Name:\tnode\nCpus_allowed_list:\t${allowed}\n`;
      throw new Error(`no ${path}`);
    },
    () => ownMs,
  );
  // 30 ticks of CPU 2, of which 120 ms were ours.
  [text, ownMs] = [stat(40), 620];
  expect(usage().otherProcessesMs).toBe(180);
  allowed = '1';
  expect(usage().otherProcessesMs).toBeGreaterThan(180);
});

it('says nothing where the system says nothing', () => {
  const usage = measureHostUsage(() => {
    throw new Error('no such file');
  });
  expect(usage()).toEqual({});
});
