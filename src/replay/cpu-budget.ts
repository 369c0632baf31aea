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
  for (const { folder, file, parse } of cgroupFolders(read)) {
    try {
      const level = parse((name) => read(`${folder}/${name}`), file);
      if (level > 0) quota = Math.min(quota, level);
    } catch {
      // This level has no quota file: it sets no limit.
    }
  }
  return quota;
}

interface Level {
  readonly folder: string;
  readonly file: string;
  readonly parse: (read: (name: string) => string, file: string) => number;
}

/** Each level of the hierarchy: version 2 has cpu.max, version 1 cpu.cfs_quota_us and cpu.cfs_period_us. */
function* cgroupFolders(read: (path: string) => string): Iterable<Level> {
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
    for (let depth = parts.length; depth >= 0; depth--) {
      const folder = [root, ...parts.slice(0, depth)].join('/');
      yield v2 ? { folder, file: 'cpu.max', parse: quotaV2 } : { folder, file: 'cpu.cfs_quota_us', parse: quotaV1 };
    }
  }
}

function quotaV2(read: (name: string) => string, file: string): number {
  const [quota, period] = read(file).trim().split(' ');
  return quota === 'max' ? Infinity : Number(quota) / Number(period);
}

function quotaV1(read: (name: string) => string, file: string): number {
  const quota = Number(read(file));
  return quota > 0 ? quota / Number(read('cpu.cfs_period_us')) : Infinity;
}
