import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * How many CPUs this process may use: its affinity, and the tightest cgroup quota above it, which Node does not see.
 * A fraction when the quota is one.
 */
export function cpuBudget(read: (path: string) => string = (path) => readFileSync(path, 'utf8')): number {
  return Math.min(availableParallelism(), cgroupQuota(read));
}

/** The smallest quota / period from this process's cgroup up to the root; Infinity without one. */
function cgroupQuota(read: (path: string) => string): number {
  let quota = Infinity;
  for (const folder of cgroupLevels(read)) {
    for (const quotaOf of [quotaV2, quotaV1]) {
      try {
        const level = quotaOf((name) => read(`${folder}/${name}`));
        if (level > 0) quota = Math.min(quota, level);
      } catch {
        // This level has no such file: it sets no limit.
      }
    }
  }
  return quota;
}

/** The folders of this process's cgroup and of all above it, of version 2 and of version 1's cpu controller. */
export function* cgroupLevels(read: (path: string) => string): Iterable<string> {
  let lines: string[];
  try {
    lines = read('/proc/self/cgroup').split('\n');
  } catch {
    return;
  }
  for (const line of lines) {
    const [id, controllers, ...named] = line.split(':');
    if (named.length === 0) continue;
    const path = named.join(':'); // container runtimes put colons into names
    const v2 = id === '0' && controllers === '';
    if (!v2 && controllers?.split(',').includes('cpu') !== true) continue;
    const root = v2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/cpu';
    const parts = path.split('/').filter((part) => part !== '');
    for (let depth = parts.length; depth >= 0; depth--) yield [root, ...parts.slice(0, depth)].join('/');
  }
}

function quotaV2(read: (name: string) => string): number {
  const [quota, period] = read('cpu.max').trim().split(' ');
  return quota === 'max' ? Infinity : Number(quota) / Number(period);
}

function quotaV1(read: (name: string) => string): number {
  const quota = Number(read('cpu.cfs_quota_us'));
  return quota > 0 ? quota / Number(read('cpu.cfs_period_us')) : Infinity;
}
