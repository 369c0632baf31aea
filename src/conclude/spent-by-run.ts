import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readReport } from '../run-folder/read-report.js';
import { RUN_FILES } from '../run-folder/run-files.js';
import { reportAgain } from './report-again.js';

/** What the run in a folder has cost; 0 where there is none. A killed run has left its record and its sample log, but no report. */
export async function spentByRun(folder: string): Promise<number> {
  if (!existsSync(join(folder, RUN_FILES.record))) return 0;
  const report = existsSync(join(folder, RUN_FILES.report)) ? readReport(folder) : await reportAgain(folder);
  return report.sections.cost.total ?? 0;
}
