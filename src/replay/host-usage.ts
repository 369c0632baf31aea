import { readFileSync } from 'node:fs';
import { cgroupLevels } from '../cpu-budget.js';

/** What took CPU time from this process while a run went on, ms; absent where the system does not tell. */
export interface HostUsage {
  /** Over so many CPUs the host counts steal. */
  readonly hostCpus?: number;
  /** Time the hypervisor gave to others, over all CPUs. */
  readonly hostStealMs?: number;
  /** Time this process was held back by its cgroup's quota, over all CPUs. */
  readonly cgroupThrottledMs?: number;
}

type Read = (path: string) => string;

/** Starts counting; call the result once, at the end. */
export function measureHostUsage(read: Read = (path) => readFileSync(path, 'utf8')): () => HostUsage {
  const stealMs = told(() => stolenMs(read));
  const throttledMs = told(() => throttled(read));
  const cpus = told(() => read('/proc/stat').match(/^cpu\d/gm)?.length ?? NaN);
  return () => ({
    ...(cpus > 0 ? { hostCpus: cpus } : {}),
    ...difference('hostStealMs', stealMs, () => stolenMs(read)),
    ...difference('cgroupThrottledMs', throttledMs, () => throttled(read)),
  });
}

function difference(name: keyof HostUsage, beforeMs: number, measure: () => number): HostUsage {
  const ms = told(measure) - beforeMs;
  return Number.isFinite(ms) ? { [name]: Math.max(0, ms) } : {};
}

function told(measure: () => number): number {
  try {
    return measure();
  } catch {
    return NaN;
  }
}

/** The eighth figure of the first line of /proc/stat, in ticks of 10 ms (proc(5)). */
function stolenMs(read: Read): number {
  return Number(read('/proc/stat').split('\n', 1)[0]?.trim().split(/\s+/)[8]) * 10;
}

/** Each level that has a quota holds its own back. Version 2 counts us, version 1 ns. */
function throttled(read: Read): number {
  let ms = NaN;
  for (const folder of cgroupLevels(read)) {
    const text = orEmpty(() => read(`${folder}/cpu.stat`));
    const us = /^throttled_usec (\d+)/m.exec(text)?.[1];
    const ns = /^throttled_time (\d+)/m.exec(text)?.[1];
    const levelMs = us === undefined ? Number(ns) / 1e6 : Number(us) / 1e3;
    if (!Number.isNaN(levelMs)) ms = (Number.isNaN(ms) ? 0 : ms) + levelMs;
  }
  return ms;
}

/** A level without the file holds nothing back. */
function orEmpty(readText: () => string): string {
  try {
    return readText();
  } catch {
    return '';
  }
}
