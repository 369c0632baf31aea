import type { Shift, Spread } from '../../report.js';
import type { Stops } from '../../run.js';
import { excessMs } from '../excess-ms.js';
import { wasStopped } from '../was-stopped.js';

/** Below this a run is not late. */
const LATE_MS = 1;
/** A cause that took less of the run than this explains nothing. */
const LEAST_PART = 0.003;
/** A thread that ran for this part of the time had no room left. */
const FULL_SHARE = 0.95;

/** What a run suffered from. */
export interface Symptoms {
  /** Over the whole run, and in its busiest seconds where they say something of their own. */
  readonly lateness: readonly Spread[];
  readonly shifts: readonly Shift[];
  readonly connectionWait: Spread;
  readonly maxLatenessMs: number;
  readonly resources: Readonly<Record<string, number>> | null;
  readonly stops?: Stops | undefined;
  /** How long it lasted, the drain included: resources were counted over this time. */
  readonly elapsedMs: number;
}

/**
 * What probably made a run late or moved its numbers, as a clause; null where nothing did, or nothing that was measured
 * explains it. A run that is too late says why it was late; else waits for a connection come first where they moved a
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
  return `requests waited for a free connection, at the 99th percentile for ${text(p99Ms ?? 0)}; open more before the start (--connections)`;
}

/** What kept threads that send from sending, and what to do about it, as one clause; null where nothing that was measured explains it. */
export function causeOfLateness({
  resources,
  stops,
  elapsedMs,
}: Pick<Symptoms, 'resources' | 'stops' | 'elapsedMs'>): string | null {
  // While it was stopped nothing else can have kept it from sending.
  if (stops !== undefined && stops.totalMs > LEAST_PART * elapsedMs) return `${wasStopped(stops)}; run it again`;
  if (resources === null) return null;
  const found = CAUSES.map(({ resource, over, tell }) => {
    const ms = resources[resource] ?? 0;
    return { ms, eachMs: ms / (resources[over] ?? 1), tell };
  }).filter(({ eachMs }) => eachMs > LEAST_PART * elapsedMs);
  // Of several, the one that took most time from a thread that sends.
  const worst = found.sort((a, b) => b.eachMs - a.eachMs)[0];
  if (worst !== undefined) return worst.tell(text(worst.ms), resources);
  const share = resources['workerCpuShareMax'] ?? 0;
  if (share < FULL_SHARE) return null;
  return `a worker was busy ${String(Math.round(share * 100))} % of the time; ${moreToSendWith(resources)}`;
}

type Resources = Readonly<Record<string, number>>;

interface Cause {
  readonly resource: string;
  /** What the resource is a sum over: only what each one lost can be compared. */
  readonly over: 'workers' | 'hostCpus';
  readonly tell: (ms: string, resources: Resources) => string;
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
    tell: (ms, resources) => `the workers were ready to run but had no CPU for ${ms}; ${freeCpus(resources)}`,
  },
  {
    resource: 'workerGcMs',
    over: 'workers',
    tell: (ms, resources) => `garbage collection stopped the workers for ${ms}; ${moreToSendWith(resources)}`,
  },
];

/** Threads of ours that compete come first, since a flag ends that. */
function freeCpus({ workers = 1, spinningWorkers = 0, cpuBudget = Infinity }: Resources): string {
  if (workers > Math.max(1, cpuBudget))
    return `use --workers ${String(Math.max(1, Math.floor(cpuBudget)))}: there are no more CPUs`;
  if (spinningWorkers > 0)
    return 'use --pacing economic, which needs less of a CPU, or stop what else runs on this machine';
  return 'stop what else runs on this machine, or use one with more CPUs';
}

/** More workers only help where there are CPUs for them. */
export function moreToSendWith(resources: Resources | null): string {
  const { workers = 1, cpuBudget = Infinity } = resources ?? {};
  return workers + 1 < cpuBudget
    ? `use more workers (--workers ${String(workers + 1)} or more)`
    : 'use a machine with more CPUs, or a lower rate (--speed)';
}

function text(ms: number): string {
  return ms < 10_000 ? `${String(Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}
