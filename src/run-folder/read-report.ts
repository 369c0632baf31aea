import { printable } from '../errors.js';
import { readJson } from './read-json.js';
import { REPORT, type StoredReport } from './report-shape.js';
import { RUN_FILES } from './run-files.js';

/** Reads report.json. Throws `UserError` where there is none, or it is not one. */
export function readReport(folder: string): StoredReport {
  const hint = `a run that was killed has none; replay report ${printable(folder)} makes it`;
  return readJson(folder, RUN_FILES.report, REPORT, hint);
}
