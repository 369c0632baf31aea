import type { Senders, UsedPacing } from '../time/choose-senders.js';
import type { HostUsage } from '../threads/host-usage.js';
import type { Rehearsed } from '../threads/member.js';

/** What the machine did while the workers rehearsed. */
export interface RehearsalUsage extends HostUsage {
  readonly elapsedMs: number;
  /** CPUs this process may use. */
  readonly cpus: number;
  /** The last rehearsal of each worker. */
  readonly rehearsed: readonly Rehearsed[];
}

export interface Repaced {
  readonly used: UsedPacing;
  readonly why: string;
}

/** So little of a CPU is always used by something. */
const SPARE_CPUS = 0.25;
/** A spinning worker that is kept from its CPU for more of the time than this is late with its p99. */
const MOST_WAIT_SHARE = 0.05;
/** A quota that holds back at all during a rehearsal will do so in the run. */
const MOST_THROTTLED_SHARE = 0.01;

/**
 * Another pacing, where `auto` chose exact and the rehearsal showed that something else needs the CPUs: a thread that
 * spins beside it is late, and slows the other down. Undefined: the choice stands.
 */
export function repace({ asked, used, exactCpus }: Senders, usage: RehearsalUsage): Repaced | undefined {
  if (asked !== 'auto' || used !== 'exact') return undefined;
  const found = taken(exactCpus, usage) ?? heldBack(usage) ?? kept(usage);
  return found === undefined ? undefined : { used: 'economic', why: `${found} during the rehearsal` };
}

/** CPUs that others used, where what is left is too little for exact pacing. */
function taken(exactCpus: number, usage: RehearsalUsage): string | undefined {
  const { cpus, elapsedMs, otherProcessesMs = 0, hostStealMs = 0, hostCpus = cpus } = usage;
  const others = otherProcessesMs / elapsedMs;
  const stolen = (hostStealMs / elapsedMs) * Math.min(1, cpus / hostCpus);
  if (cpus - others - stolen + SPARE_CPUS >= exactCpus) return undefined;
  return others > stolen
    ? `other processes used ${others.toFixed(1)} of ${cpusText(cpus)}`
    : `the hypervisor gave ${stolen.toFixed(1)} of ${cpusText(cpus)} to other machines (steal)`;
}

function heldBack({ elapsedMs, cgroupThrottledMs = 0 }: RehearsalUsage): string | undefined {
  if (cgroupThrottledMs <= MOST_THROTTLED_SHARE * elapsedMs) return undefined;
  return `the CPU quota of the cgroup held this process back for ${cgroupThrottledMs.toFixed(0)} ms`;
}

function kept({ rehearsed }: RehearsalUsage): string | undefined {
  const shares = rehearsed.map(({ runQueueMs, elapsedMs }) => runQueueMs / elapsedMs).filter(Number.isFinite);
  const worst = Math.max(0, ...shares);
  return worst > MOST_WAIT_SHARE ? `a worker waited ${(worst * 100).toFixed(0)} % of the time for a CPU` : undefined;
}

function cpusText(cpus: number): string {
  return `${String(Number(cpus.toFixed(2)))} CPU${cpus === 1 ? '' : 's'}`;
}
