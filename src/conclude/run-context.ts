import type { SectionFold } from '../collectors/registry.js';
import type { SampleLog } from '../sample-log/sample-log.js';
import type { UserError } from '../errors.js';
import type { FailedThreshold, RunRecord } from '../run.js';
import type { Surroundings } from '../plan/replay-request.js';

/** Where the samples of a run go. */
export interface Sinks {
  readonly folder: string;
  readonly log: SampleLog;
  readonly fold: SectionFold;
}

/** What a run is driven with. */
export interface RunContext extends Sinks {
  readonly world: Surroundings;
  /** Whether sending on can pass the budget; absent: there is none. */
  readonly budget: ((nowMs: number) => boolean) | undefined;
  /** The threshold that has failed; absent: none stops the run. */
  readonly gate: ((nowMs: number) => FailedThreshold | undefined) | undefined;
}

/** A run that is over: its record has an end. */
export interface FinishedRun {
  readonly record: RunRecord;
  readonly trouble: UserError | undefined;
}
