import type { Calibration, PacingCalibration } from '../calibration.js';
import type { Plan } from '../run.js';

export interface Senders {
  readonly workers: number;
  /** CPUs this process may use; a fraction where a quota says so. */
  readonly cpuBudget: number;
}

/** Few machines hold more than this with one worker. */
const UNCALIBRATED_PER_SECOND = 10_000;

/**
 * A sentence where the busiest second of the plan asks more than one worker held when this machine was calibrated (or than
 * most machines hold) of each that has a CPU: one is the main thread's. Undefined where it does not.
 */
export function asksTooMuch(
  { duePerSecond, batching }: Pick<Plan, 'duePerSecond' | 'batching'>,
  { workers, cpuBudget }: Senders,
  pacing: 'exact' | 'economic',
  calibration: Calibration | undefined,
): string | undefined {
  const calls = batching?.perSecond ?? duePerSecond;
  const ableWorkers = Math.min(workers, Math.max(1, cpuBudget - 1));
  const perWorker = Math.ceil(calls.reduce((most, due) => Math.max(most, due), 0) / ableWorkers);
  const calibrated = calibration?.[pacing];
  if (perWorker <= (calibrated?.highestPerSecond ?? UNCALIBRATED_PER_SECOND)) return undefined;
  const what = batching === undefined ? 'requests' : 'invocations';
  return `the busiest second asks ${String(perWorker)} ${what} of each of ${whom(workers, ableWorkers)}, ${capability(pacing, calibrated ?? undefined)}`;
}

function whom(workers: number, ableWorkers: number): string {
  const all = `${String(workers)} worker${workers === 1 ? '' : 's'}`;
  return ableWorkers === workers ? all : `the ${String(ableWorkers)} of ${all} for which there are CPUs`;
}

function capability(pacing: string, calibrated: PacingCalibration | undefined): string {
  if (calibrated === undefined)
    return 'which few machines send on time; run replay calibrate to know what this one does';
  const { highestPerSecond, floor } = calibrated;
  return highestPerSecond === 0
    ? `and this machine held no rate with ${pacing} pacing when it was calibrated (p99 lateness ${floor.p99Ms.toFixed(1)} ms at ${String(floor.perSecond)}/s); free its CPUs and run replay calibrate again`
    : `and this machine held ${String(highestPerSecond)} with ${pacing} pacing when it was calibrated: the run may be late`;
}
