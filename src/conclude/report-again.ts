import { counted } from '../text/counted.js';
import type { CustomCollector } from '../custom-collector.js';
import { foldSections } from '../collectors/registry.js';
import { LATEST_PRICES, type CostTerms } from '../cost-terms.js';
import { judgeThresholds, reportedThresholds } from '../gate/judge-thresholds.js';
import type { Report } from '../report.js';
import type { RunEnd, RunRecord } from '../run.js';
import type { LatencySpectrum } from '../spectrum.js';
import { keptCloud, withCloud } from './cloud-of-run.js';
import { makeReport } from './make-report.js';
import { readRecord } from '../run-folder/read-record.js';
import { readSamples } from '../run-folder/read-samples.js';

/** What may be asked of a run after it: other terms of its cost, other thresholds. */
export type OtherTerms = Partial<Pick<CostTerms, 'prices' | 'machine'>> & {
  readonly thresholds?: readonly string[];
  /** Those of the run are not known again. */
  readonly collectors?: readonly CustomCollector[];
};

/**
 * The report of a run again, from its record and its sample log: the same fold, so the same numbers. Works on what a
 * killed process left: rows never written are then `unknown`. What a cloud reported about the run is kept beside them. `other`
 * replaces terms of the run. Throws `UserError`
 * when the folder holds no run, or a price that was asked for is not there.
 */
export async function reportAgain(folder: string, other: OtherTerms = {}): Promise<Report> {
  return (await foldAgain(folder, other)).report;
}

/** The same, with what the report does not hold. */
export async function foldAgain(
  folder: string,
  other: OtherTerms = {},
): Promise<{ readonly report: Report; readonly spectrum: () => Promise<LatencySpectrum> }> {
  const record = readRecord(folder);
  const { thresholds: asked = record.thresholds, collectors = [], ...otherCost } = other;
  const cost: CostTerms = { billing: null, prices: LATEST_PRICES, machine: null, ...record.cost, ...otherCost };
  const fold = foldSections({ plan: record.plan, cost, collectors }, { watched: false });
  let lastMs = 0;
  let damaged = false;
  const onEnd = (end: { readonly damaged: boolean }): void => {
    damaged = end.damaged;
  };
  for await (const block of readSamples(folder, { onEnd })) {
    fold.add(block);
    for (let i = 0; i < block.rows; i++) lastMs = Math.max(lastMs, block.doneMs[i] || 0);
  }
  const notes = [...record.notes, ...logNotes(record, damaged)];
  const ended: RunRecord & { end: RunEnd } = { ...record, notes, end: endOf(record, lastMs) };
  const judged = asked && judgeThresholds(asked, fold, ended.end);
  const { sections, verdict, spectrum } = fold.finish(ended.end);
  const thresholds = judged && reportedThresholds(judged, verdict.valid);
  const report = makeReport(ended, { ...sections, ...(thresholds && { thresholds }) }, verdict);
  return { report: withCloud(report, keptCloud(folder), { plan: record.plan, cost }), spectrum };
}

/** Of rows that the disk did not take, only the first report knew what became of them. */
function endOf({ end }: RunRecord, lastMs: number): RunEnd {
  if (end === null) return killed(lastMs);
  return (end.samples?.lostRows ?? 0) > 0 ? { ...end, complete: false } : end;
}

function logNotes({ samplesKey, end }: RunRecord, damaged: boolean): string[] {
  const lostRows = end?.samples?.lostRows ?? 0;
  return [
    ...(samplesKey === undefined
      ? ['The sample log was written by a version without checksums, so damage to its numbers would not be noticed.']
      : []),
    ...(damaged ? ['A part of the sample log is damaged and left out; its requests count as unknown.'] : []),
    ...(lostRows > 0
      ? [`The disk did not take ${counted(lostRows, 'row')} of the sample log; their requests count as unknown here.`]
      : []),
  ];
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
