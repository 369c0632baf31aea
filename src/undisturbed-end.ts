import type { RunEnd } from './run.js';

/** The end of a run that nothing stopped, killed or crashed, and of which no resources are known. */
export function undisturbedEnd(endedMs: number): RunEnd {
  return {
    endedMs,
    stoppedMs: null,
    stopReason: null,
    interrupted: false,
    crashes: [],
    complete: true,
    resources: null,
  };
}
