import type { Spread } from '../report.js';

/** Below this a run is not late. */
const LATE_MS = 1;
/** A cause that took less of the run than this explains nothing. */
const LEAST_PART = 0.003;
/** A thread that ran so much of the time had no room left. */
const FULL_SHARE = 0.95;

/**
 * What probably made a run late, as a sentence; null where it was not late or nothing that was measured explains it. Of
 * several causes, the one that took most time from the threads that send.
 */
export function likelyCause(
  lateness: Spread,
  resources: Readonly<Record<string, number>> | null,
  durationMs: number,
): string | null {
  if (resources === null || (lateness.p99Ms ?? 0) <= LATE_MS) return null;
  const found = CAUSES.map(({ resource, tell }) => ({ ms: resources[resource] ?? 0, tell })).filter(
    ({ ms }) => ms > LEAST_PART * durationMs,
  );
  const worst = found.sort((a, b) => b.ms - a.ms)[0];
  if (worst !== undefined) return worst.tell(text(worst.ms));
  const share = resources['workerCpuShareMax'] ?? 0;
  if (share < FULL_SHARE) return null;
  return `a worker was busy ${String(Math.round(share * 100))} % of the time: the rate is more than one thread can send; use more workers (--workers)`;
}

const CAUSES: readonly { readonly resource: string; readonly tell: (ms: string) => string }[] = [
  {
    resource: 'cgroupThrottledMs',
    tell: (ms) => `the CPU quota of the cgroup held this process back for ${ms}; raise the quota`,
  },
  {
    resource: 'hostStealMs',
    tell: (ms) => `the hypervisor gave ${ms} of CPU time to other machines (steal); use a machine of its own`,
  },
  {
    resource: 'workerRunQueueMs',
    tell: (ms) =>
      `the workers were ready to run but had no CPU for ${ms} (other processes, or too few CPUs); free CPUs or use fewer workers`,
  },
  {
    resource: 'workerGcMs',
    tell: (ms) =>
      `garbage collection stopped the workers for ${ms}; use more workers (--workers) so that each has less to do`,
  },
];

function text(ms: number): string {
  return ms < 10_000 ? `${String(Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}
