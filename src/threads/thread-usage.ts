import { readFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import type { Rehearsed, WorkerResources } from './member.js';
import { schedstatPath } from './schedstat-path.js';

/** Starts counting what this thread uses; call the result once, at the end. */
export function measureThreadUsage(): () => WorkerResources & Rehearsed {
  const path = schedstatPath();
  const gc = { totalMs: 0, maxMs: 0 };
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      gc.totalMs += duration;
      gc.maxMs = Math.max(gc.maxMs, duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const startMs = performance.now();
  const start = readSchedstat(path);
  return () => {
    observer.disconnect();
    const end = readSchedstat(path);
    const wallMs = performance.now() - startMs;
    return {
      cpuShare: (end.cpuMs - start.cpuMs) / wallMs,
      elapsedMs: wallMs,
      runQueueMs: end.waitMs - start.waitMs,
      gcMs: gc.totalMs,
      gcMaxMs: gc.maxMs,
    };
  };
}

/** Reads how long this thread has been ready to run and was not let, ms; NaN where the system does not tell. */
export function runQueueWait(): () => number {
  const path = schedstatPath();
  return () => readSchedstat(path).waitMs;
}

function readSchedstat(path: string | undefined): { cpuMs: number; waitMs: number } {
  if (path === undefined) return { cpuMs: NaN, waitMs: NaN };
  try {
    const [cpuNs, waitNs] = readFileSync(path, 'utf8').split(' ').map(Number);
    return { cpuMs: (cpuNs ?? NaN) / 1e6, waitMs: (waitNs ?? NaN) / 1e6 };
  } catch {
    return { cpuMs: NaN, waitMs: NaN };
  }
}
