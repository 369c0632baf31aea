import { UserError } from '../errors.js';
import { judgeThresholds, reportedThresholds } from '../gate/judge-thresholds.js';
import type { Report } from '../report.js';
import { renderReportJson } from '../report/report-json.js';
import type { RunEnd, RunRecord } from '../run.js';
import type { LatencySpectrum } from '../spectrum.js';
import type { FinishedRun, Sinks } from './run-context.js';
import { makeReport } from './make-report.js';
import { RUN_FILES } from '../run-folder/run-files.js';
import { writeRecord } from '../run-folder/write-record.js';
import { writeWhole } from '../run-folder/write-whole.js';
import { writePage } from './write-page.js';

export interface ReplayResult {
  readonly folder: string;
  readonly record: RunRecord;
  readonly report: Report;
  readonly spectrum: () => Promise<LatencySpectrum>;
  /** What the user should fix although the run was reported: the disk refused the log or the report. */
  readonly trouble: UserError | undefined;
}

/** Ends the log and writes the report; a disk that refuses is reported after the report is made, so that the numbers are not lost. */
export async function conclude(
  { record, trouble: before }: FinishedRun,
  { folder, log, fold }: Sinks,
  html: boolean,
): Promise<ReplayResult> {
  let trouble = before;
  const attempt = async (write: () => void | Promise<void>): Promise<void> => {
    try {
      await write();
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      trouble ??= thrown;
    }
  };
  const judged = record.thresholds && judgeThresholds(record.thresholds, fold, record.end as RunEnd);
  const { sections, verdict, hlog, spectrum } = fold.finish(record.end as RunEnd);
  const thresholds = judged && reportedThresholds(judged, verdict.valid);
  const report = makeReport(record, { ...sections, ...(thresholds && { thresholds }) }, verdict);
  await attempt(() => log.close());
  const ended: RunRecord = { ...record, end: { ...(record.end as RunEnd), samples: log.written } };
  await attempt(() => {
    writeRecord(folder, ended);
  });
  await attempt(() => {
    writeWhole(folder, RUN_FILES.report, renderReportJson(report));
  });
  const latencies = hlog();
  await attempt(() => {
    writeWhole(folder, RUN_FILES.hlog, latencies);
  });
  if (html) await attempt(() => writePage(folder, report));
  return { folder, record: ended, report, spectrum, trouble };
}
