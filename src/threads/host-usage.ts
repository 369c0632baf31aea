import { readFileSync } from 'node:fs';
import { cgroupLevels } from '../host/cpu-budget.js';

/** What took CPU time from this process while a run went on, ms; absent where the system does not tell. */
export interface HostUsage {
  /** Over this many CPUs the host counts steal. */
  readonly hostCpus?: number;
  /** Time the hypervisor gave to others, over all CPUs. */
  readonly hostStealMs?: number;
  /** Time this process was held back by its cgroup's quota, over all CPUs. */
  readonly cgroupThrottledMs?: number;
  /** CPU time that other processes used, over the CPUs that this one may run on; a service on this machine is one of them. */
  readonly otherProcessesMs?: number;
}

type Read = (path: string) => string;

/** Starts counting; call the result once, at the end. `ownMs`: CPU time this process has used. */
export function measureHostUsage(
  read: Read = (path) => readFileSync(path, 'utf8'),
  ownMs: () => number = ownCpuMs,
): () => HostUsage {
  const stealMs = told(() => stolenMs(read));
  const throttledMs = told(() => throttled(read));
  const othersMs = (): number => usedMs(read) - ownMs();
  const otherProcessesMs = told(othersMs);
  const cpus = told(() => read('/proc/stat').match(/^cpu\d/gm)?.length ?? NaN);
  return () => ({
    ...(cpus > 0 ? { hostCpus: cpus } : {}),
    ...difference('hostStealMs', stealMs, () => stolenMs(read)),
    ...difference('cgroupThrottledMs', throttledMs, () => throttled(read)),
    ...difference('otherProcessesMs', otherProcessesMs, othersMs),
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

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** User, nice and system time (proc(5)) of the CPUs that this process may run on, in ticks of 10 ms. */
function usedMs(read: Read): number {
  const allowed = allowedCpus(read);
  let ticks = NaN;
  for (const [, cpu, times = ''] of read('/proc/stat').matchAll(/^cpu(\d+) (.*)$/gm)) {
    if (!allowed(Number(cpu))) continue;
    const [user = NaN, nice = NaN, system = NaN] = times.split(' ').map(Number);
    ticks = (Number.isNaN(ticks) ? 0 : ticks) + user + nice + system;
  }
  return ticks * 10;
}

/** `Cpus_allowed_list` of proc(5), such as 0-2,5; all where it is not reported. */
function allowedCpus(read: Read): (cpu: number) => boolean {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(orEmpty(() => read('/proc/self/status')))?.[1];
  if (list === undefined) return () => true;
  const ranges = list.split(',').map((range) => range.split('-').map(Number));
  return (cpu) => ranges.some(([first = NaN, last = first]) => first <= cpu && cpu <= last);
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
