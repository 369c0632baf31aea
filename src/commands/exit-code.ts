import { EXIT } from '../errors.js';
import type { ReplayResult } from '../replay/replay.js';
import { exitOfReport } from './tell-ci.js';

/** By precedence: what stops a run outranks what it measured. */
export function exitCode({ record, report, trouble }: ReplayResult): number {
  if (trouble !== undefined) return EXIT.userError;
  if (record.end?.interrupted === true) return EXIT.interrupted;
  if (report.verdict.valid && record.end?.overBudget === true) return EXIT.budget;
  return exitOfReport(report);
}
