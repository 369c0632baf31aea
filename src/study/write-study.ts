import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readPageAssets } from '../report/html/read-page-assets.js';
import { readReport } from '../run-folder/read-report.js';
import { withPath } from '../run-folder/with-path.js';
import { writeWhole } from '../run-folder/write-whole.js';
import type { PairNames } from './chosen-pair.js';
import { renderStudyCsv } from './render-study-csv.js';
import { renderStudyHtml } from './render-study-html.js';
import { renderStudyJson } from './render-study-json.js';
import { renderStudyMarkdown } from './render-study-markdown.js';
import type { RunReports } from './study-plots.js';
import type { StudyResult } from './study-result.js';

function reportsOf(folder: string, { cells }: StudyResult): RunReports {
  return new Map(
    cells.flatMap((cell) => (cell.run === null ? [] : [[cell, readReport(join(folder, cell.run))] as const])),
  );
}

/** The four files of a study, each whole or not at all. `pair`: the systems that the page draws over time. Throws `UserError` where the disk refuses. */
export function writeStudy(folder: string, result: StudyResult, pair?: PairNames): void {
  const html = renderStudyHtml(result, reportsOf(folder, result), readPageAssets(), pair);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (thrown) {
    throw withPath(thrown, folder);
  }
  writeWhole(folder, 'study.json', renderStudyJson(result));
  writeWhole(folder, 'study.csv', renderStudyCsv(result));
  writeWhole(folder, 'study.md', renderStudyMarkdown(result));
  writeWhole(folder, 'study.html', html);
}
