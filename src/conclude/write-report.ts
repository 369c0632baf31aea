import type { Report } from '../report.js';
import { renderReportJson } from '../report/report-json.js';
import { RUN_FILES } from '../run-folder/run-files.js';
import { writeWhole } from '../run-folder/write-whole.js';
import { writePage } from './write-page.js';

/** Writes report.json, and the page beside it unless it is not wanted. Throws `UserError` when the disk refuses. */
export async function writeReport(folder: string, report: Report, html: boolean): Promise<void> {
  writeWhole(folder, RUN_FILES.report, renderReportJson(report));
  if (html) await writePage(folder, report);
}
