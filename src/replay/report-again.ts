import { join } from 'node:path';
import { foldSections } from '../collectors/registry.js';
import { readSampleLog } from '../collectors/sample-log.js';
import { LATEST_PRICES, type CostTerms } from '../cost-terms.js';
import type { Report } from '../report.js';
import type { RunEnd, RunRecord } from '../run.js';
import { keptCloud, withCloud } from './cloud-of-run.js';
import { makeReport } from './make-report.js';
import { readRunRecord, RUN_FILES } from './run-folder.js';

/**
 * The report of a run again, from its record and its sample log: the same fold, so the same numbers. Works on what a
 * killed process left: rows never written are then `unknown`. What a cloud told of the run is kept beside them. `other` replaces terms of the run's cost. Throws `UserError`
 * when the folder holds no run, or a price that was asked for is not there.
 */
export async function reportAgain(
  folder: string,
  other: Partial<Pick<CostTerms, 'prices' | 'machine'>> = {},
): Promise<Report> {
  const record = readRunRecord(folder);
  const cost: CostTerms = { billing: null, prices: LATEST_PRICES, machine: null, ...record.cost, ...other };
  const fold = await foldSections({ plan: record.plan, cost });
  let lastMs = 0;
  for await (const batch of readSampleLog(join(folder, RUN_FILES.samples))) {
    fold.add(batch);
    for (let i = 0; i < batch.rows; i++) lastMs = Math.max(lastMs, batch.doneMs[i] || 0);
  }
  const ended: RunRecord & { end: RunEnd } = { ...record, end: record.end ?? killed(lastMs) };
  const { sections, verdict } = fold.finish(ended.end);
  return withCloud(makeReport(ended, sections, verdict), keptCloud(folder), { plan: record.plan, cost });
}

function killed(lastMs: number): RunEnd {
  return {
    endedMs: lastMs,
    stoppedMs: null,
    stopReason: 'the process was killed',
    interrupted: false,
    crashes: [],
    complete: false,
    resources: null,
  };
}
