import { cpuBudget } from '../host/cpu-budget.js';
import type { Prepared } from '../plan/prepare-run.js';
import type { RunRecord } from '../run.js';
import { counted } from '../text/counted.js';
import { measureHostUsage, type HostUsage } from '../threads/host-usage.js';
import type { Rehearsed } from '../threads/member.js';
import type { UsedPacing } from '../time/choose-senders.js';
import { repace } from './repace.js';

type RecordedPacing = RunRecord['pacing'];

/** How a run keeps its schedule: as planned, until the rehearsals or the run itself show that something else needs the CPUs. */
export interface PacingInUse {
  current(): RecordedPacing;
  /** What the rehearsals showed; returns another pacing where that is better. */
  rehearsed(rehearsed: readonly Rehearsed[]): UsedPacing | undefined;
  /** A worker stopped spinning. */
  yielded(waitedShare: number, nowMs: number): void;
}

/** The use of the machine is counted from now on, until the rehearsals are over. */
export function createPacingInUse({ senders, record }: Pick<Prepared, 'senders' | 'record'>): PacingInUse {
  const usage = measureElapsedHostUsage();
  let { pacing } = record;
  return {
    current: () => pacing,
    rehearsed(rehearsed) {
      const better = repace(senders, { ...usage(), cpus: cpuBudget(), rehearsed });
      if (better !== undefined) pacing = { ...pacing, ...better };
      return better?.used;
    },
    yielded(waitedShare, nowMs) {
      if (pacing.used !== 'economic') pacing = { ...pacing, ...yieldedPacing(waitedShare, nowMs) };
    },
  };
}

/** One line: who sends, how, and why. */
export function sendersText(workers: number, { used, why }: RecordedPacing): string {
  return `${used} pacing, ${counted(workers, 'worker')}: ${why}`;
}

function measureElapsedHostUsage(): () => HostUsage & { readonly elapsedMs: number } {
  const usage = measureHostUsage();
  const fromMs = performance.now();
  return () => ({ ...usage(), elapsedMs: performance.now() - fromMs });
}

/** The pacing of a run in which a worker stopped spinning. */
function yieldedPacing(waitedShare: number, nowMs: number): Pick<RecordedPacing, 'used' | 'why'> {
  const waited = `a worker had waited ${(waitedShare * 100).toFixed(0)} % of the time for its CPU`;
  return { used: 'economic', why: `exact until ${(nowMs / 1000).toFixed(1)} s after the start: ${waited}` };
}
