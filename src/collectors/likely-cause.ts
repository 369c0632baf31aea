import type { Shift, Spread } from '../report.js';
import { excessMs } from './excess-ms.js';

/** Below this a run is not late. */
const LATE_MS = 1;
/** A cause that took less of the run than this explains nothing. */
const LEAST_PART = 0.003;
/** A thread that ran so much of the time had no room left. */
const FULL_SHARE = 0.95;

/** What a run suffered from. */
export interface Symptoms {
  /** Over the whole run, and in its busiest seconds where they say something of their own. */
  readonly lateness: readonly Spread[];
  readonly shifts: readonly Shift[];
  readonly connectionWait: Spread;
  readonly maxLatenessMs: number;
  readonly resources: Readonly<Record<string, number>> | null;
  /** How long it lasted, the drain included: for so long were the resources counted. */
  readonly elapsedMs: number;
}

/**
 * What probably made a run late or moved its numbers, as a clause; null where nothing did, or nothing that was measured
 * explains it. A run that is too late is told why it was late; else waits for a connection come first where they moved a
 * number further than lateness did.
 */
export function likelyCause(symptoms: Symptoms): string | null {
  const latestMs = Math.max(...symptoms.lateness.map(({ p99Ms }) => p99Ms ?? 0));
  const why = latestMs > LATE_MS ? causeOfLateness(symptoms) : null;
  return latestMs > symptoms.maxLatenessMs ? why : (waits(symptoms) ?? why);
}

function waits({ shifts, connectionWait: { p99Ms } }: Symptoms): string | null {
  const worst = (cause: Shift['cause']): number =>
    Math.max(...shifts.filter((shift) => shift.cause === cause).map((one) => excessMs(one.reportedMs, one.withoutMs)));
  const beyondMs = worst('connection-wait');
  if (!(beyondMs > 0) || beyondMs < worst('lateness')) return null;
  return `requests waited for a free connection, at the 99th percentile for ${text(p99Ms ?? 0)}; allow more connections (--connections)`;
}

/** Of several, the one that took most time from a thread that sends. */
function causeOfLateness({ resources, elapsedMs }: Symptoms): string | null {
  if (resources === null) return null;
  const found = CAUSES.map(({ resource, over, tell }) => {
    const ms = resources[resource] ?? 0;
    return { ms, eachMs: ms / (resources[over] ?? 1), tell };
  }).filter(({ eachMs }) => eachMs > LEAST_PART * elapsedMs);
  const worst = found.sort((a, b) => b.eachMs - a.eachMs)[0];
  if (worst !== undefined) return worst.tell(text(worst.ms));
  const share = resources['workerCpuShareMax'] ?? 0;
  if (share < FULL_SHARE) return null;
  return `a worker was busy ${String(Math.round(share * 100))} % of the time: the rate is more than one thread can send; use more workers (--workers)`;
}

interface Cause {
  readonly resource: string;
  /** What the resource is a sum over: only what each one lost can be compared. */
  readonly over: 'workers' | 'hostCpus';
  readonly tell: (ms: string) => string;
}

const CAUSES: readonly Cause[] = [
  {
    resource: 'cgroupThrottledMs',
    over: 'workers',
    tell: (ms) => `the CPU quota of the cgroup held this process back for ${ms}; raise the quota`,
  },
  {
    resource: 'hostStealMs',
    over: 'hostCpus',
    tell: (ms) => `the hypervisor gave ${ms} of CPU time to other machines (steal); use a machine of its own`,
  },
  {
    resource: 'workerRunQueueMs',
    over: 'workers',
    tell: (ms) =>
      `the workers were ready to run but had no CPU for ${ms} (other processes, or too few CPUs); free CPUs or use fewer workers`,
  },
  {
    resource: 'workerGcMs',
    over: 'workers',
    tell: (ms) =>
      `garbage collection stopped the workers for ${ms}; use more workers (--workers) so that each has less to do`,
  },
];

function text(ms: number): string {
  return ms < 10_000 ? `${String(Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}
