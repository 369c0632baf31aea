import type { Report } from '../report.js';
import { RUN_FILES } from '../run-folder/run-files.js';
import { writeWhole } from '../run-folder/write-whole.js';

/** Writes report.html beside report.json. Throws `UserError` when the disk refuses. Loaded late: a run without a page needs no plotter. */
export async function writePage(folder: string, report: Report): Promise<void> {
  const [{ readPageAssets }, { renderReportHtml }] = await Promise.all([
    import('../report/html/read-page-assets.js'),
    import('../report/html/render-report-html.js'),
  ]);
  writeWhole(folder, RUN_FILES.html, await renderReportHtml(report, readPageAssets()));
}
