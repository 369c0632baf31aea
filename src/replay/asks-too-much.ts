import type { Calibration, PacingCalibration } from '../calibration.js';
import type { Plan } from '../run.js';

/** Few machines hold more than this with one worker. */
const UNCALIBRATED_PER_SECOND = 10_000;

/**
 * A sentence where the busiest second of the plan asks more of each worker than this machine held when it was
 * calibrated, or than most machines hold; undefined where it does not.
 */
export function asksTooMuch(
  { duePerSecond, batching }: Pick<Plan, 'duePerSecond' | 'batching'>,
  workers: number,
  pacing: 'exact' | 'economic',
  calibration: Calibration | undefined,
): string | undefined {
  const calls = batching?.perSecond ?? duePerSecond;
  const perWorker = Math.ceil(calls.reduce((most, due) => Math.max(most, due), 0) / workers);
  const calibrated = calibration?.[pacing];
  if (perWorker <= (calibrated?.highestPerSecond ?? UNCALIBRATED_PER_SECOND)) return undefined;
  return `the busiest second asks ${String(perWorker)} ${batching === undefined ? 'requests' : 'invocations'} of each of ${String(workers)} worker${workers === 1 ? '' : 's'}, ${capability(pacing, calibrated ?? undefined)}`;
}

function capability(pacing: string, calibrated: PacingCalibration | undefined): string {
  if (calibrated === undefined)
    return 'which few machines send on time; run replay calibrate to know what this one does';
  const { highestPerSecond, floor } = calibrated;
  return highestPerSecond === 0
    ? `and this machine held no rate with ${pacing} pacing when it was calibrated (p99 lateness ${floor.p99Ms.toFixed(1)} ms at ${String(floor.perSecond)}/s); free its CPUs and run replay calibrate again`
    : `and this machine held ${String(highestPerSecond)} with ${pacing} pacing when it was calibrated: the run may be late`;
}
