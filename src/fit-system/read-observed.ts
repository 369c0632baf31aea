import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { printable, UserError } from '../errors.js';
import type { RunRecord } from '../run.js';
import { isoDateMs } from '../text/iso-date.js';
import { readRecord } from '../run-folder/read-record.js';
import { readReport } from '../run-folder/read-report.js';
import { readSamples } from '../run-folder/read-samples.js';
import { RUN_FILES } from '../run-folder/run-files.js';
import { OUTCOMES, type Failure, type SampleBlock } from '../sample.js';
import { ENDED } from '../systems/station.js';
import { OTHER_END, type Observed, type ObservedCalls, type Segment, type Timeline } from './observed.js';

/** More calls make a fit slower, not better. */
const MOST_CALLS = 500_000;

/**
 * The calls of runs, on the timelines on which they were made: runs in real time follow each other by the date of their
 * start, and each run in virtual time met a service in its first state. Throws `UserError` for folders that hold no run,
 * runs of several services, in batches or INVALID.
 */
export async function readObserved(folders: readonly string[], includeInvalid = false): Promise<Observed> {
  const runs: ReadRun[] = [];
  for (const folder of folders) runs.push(await readRun(folder, includeInvalid));
  const [first] = runs;
  if (first === undefined) throw new UserError('name at least one run folder');
  const other = runs.find(({ record }) => record.backend !== first.record.backend);
  if (other !== undefined)
    throw new UserError(
      `${printable(other.folder, 100)} is a run of ${other.record.backend} and ${printable(first.folder, 100)} one of ${first.record.backend}; give runs of one service`,
    );
  const calls = runs.reduce((sum, one) => sum + one.rows.length, 0);
  if (calls > MOST_CALLS)
    throw new UserError(
      `the runs have ${String(calls)} calls, and a fit reads at most ${String(MOST_CALLS)}; give fewer or shorter runs`,
    );
  const seen = runs.flatMap(({ instancesSeen }) => (instancesSeen === null ? [] : [instancesSeen]));
  return {
    timelines: timelinesOf(runs),
    calls,
    instancesSeen: seen.length === 0 ? null : Math.max(...seen),
    cost: first.record.cost ?? null,
  };
}

interface ReadRun {
  readonly folder: string;
  readonly record: RunRecord;
  readonly rows: readonly Row[];
  readonly instancesSeen: number | null;
}

/** Numbers in the order of the columns of `ObservedCalls`. */
interface Row {
  readonly atMs: number;
  readonly latencyMs: number;
  readonly outcome: number;
  readonly cold: number;
  readonly toldMs: number;
  readonly startMs: number;
  readonly billedMs: number;
}

async function readRun(folder: string, includeInvalid: boolean): Promise<ReadRun> {
  const record = readRecord(folder);
  if (record.plan.batching !== undefined)
    throw new UserError(`${printable(folder)}: its requests were sent in batches; a fit reads runs with one per call`);
  const report = existsSync(join(folder, RUN_FILES.report)) ? readReport(folder) : undefined;
  if (report?.verdict.valid === false && !includeInvalid)
    throw new UserError(
      `${printable(folder)} is INVALID: its numbers say more of the machine that sent than of the service; make it again, or add --include-invalid`,
    );
  const rows: Row[] = [];
  for await (const block of readSamples(folder))
    for (let row = 0; row < block.rows; row++) {
      const read = rowOf(block, row);
      if (read !== undefined) rows.push(read);
    }
  return { folder, record, rows, instancesSeen: report?.sections.coldStarts.instancesSeen ?? null };
}

/** Never reached the service, through no fault of its own. */
const NOT_SENT: readonly Failure[] = ['shed', 'crashed', 'aborted', 'unknown', 'local'];
const ENDED_BY: Readonly<Partial<Record<string, number>>> = {
  ok: ENDED.ok,
  throttled: ENDED.throttled,
  timeout: ENDED.timeout,
  'server-error': ENDED.serverError,
};

function rowOf(block: SampleBlock, row: number): Row | undefined {
  const outcome = OUTCOMES[block.outcome[row] as number] ?? 'unknown';
  const atMs = block.handedMs[row] as number;
  const doneMs = block.doneMs[row] as number;
  if ((NOT_SENT as readonly string[]).includes(outcome) || Number.isNaN(atMs) || Number.isNaN(doneMs)) return undefined;
  const { usage } = block;
  const durationMs = usage?.durationMs[row] ?? NaN;
  const initMs = usage?.initMs[row] ?? NaN;
  return {
    atMs,
    latencyMs: doneMs - atMs,
    outcome: ENDED_BY[outcome] ?? OTHER_END,
    cold: block.coldStart[row] as number,
    toldMs: Number.isNaN(durationMs) ? (block.serverMs[row] as number) : durationMs,
    startMs: Number.isNaN(initMs) ? (usage?.restoreMs[row] ?? NaN) : initMs,
    billedMs: usage?.billedMs[row] ?? NaN,
  };
}

function timelinesOf(runs: readonly ReadRun[]): readonly Timeline[] {
  const dated = runs
    .filter(({ record }) => record.time === 'real' && record.dueZeroAt !== undefined)
    .sort((a, b) => startOf(a) - startOf(b));
  const alone = runs.filter((run) => !dated.includes(run)).map((run) => timelineOf([run]));
  return dated.length === 0 ? alone : [timelineOf(dated), ...alone];
}

function startOf({ record }: ReadRun): number {
  return isoDateMs(record.dueZeroAt ?? '');
}

function timelineOf(runs: readonly ReadRun[]): Timeline {
  const [first] = runs as [ReadRun];
  const zeroMs = runs.length === 1 ? 0 : startOf(first);
  const rows = runs.flatMap((run, index) => {
    const offsetMs = runs.length === 1 ? 0 : startOf(run) - zeroMs;
    return run.rows.map((row) => ({ ...row, atMs: row.atMs + offsetMs, index }));
  });
  rows.sort((a, b) => a.atMs - b.atMs);
  const calls = columnsOf(rows);
  return {
    calls,
    segments: segmentsOf(runs, rows),
    timeoutMs: Math.min(...runs.map(({ record }) => record.plan.timeoutMs)),
    warm: warmAtFirst(calls),
  };
}

function columnsOf(rows: readonly Row[]): ObservedCalls {
  const numbers = (name: keyof Row): Float64Array => Float64Array.from(rows, (row) => row[name]);
  const words = (name: keyof Row): Uint8Array => Uint8Array.from(rows, (row) => row[name]);
  return {
    count: rows.length,
    atMs: numbers('atMs'),
    latencyMs: numbers('latencyMs'),
    outcome: words('outcome'),
    cold: words('cold'),
    toldMs: numbers('toldMs'),
    startMs: numbers('startMs'),
    billedMs: numbers('billedMs'),
  };
}

/** Runs that overlap in time are one stretch. */
function segmentsOf(runs: readonly ReadRun[], rows: readonly { readonly index: number }[]): readonly Segment[] {
  const segments: { run: string; from: number; to: number; index: number }[] = [];
  rows.forEach(({ index }, at) => {
    const last = segments.at(-1);
    if (last?.index === index) last.to = at + 1;
    else segments.push({ run: (runs[index] as ReadRun).folder, index, from: at, to: at + 1 });
  });
  if (segments.length <= runs.length) return segments.map(({ run, from, to }) => ({ run, from, to }));
  return [{ run: runs.map(({ folder }) => folder).join(', '), from: 0, to: rows.length }];
}

/** Calls that were inside at once before the first that was not warm. */
function warmAtFirst({ count, atMs, latencyMs, cold }: ObservedCalls): number {
  let most = 0;
  for (let i = 0; i < count && cold[i] === WARM; i++) {
    let inside = 1;
    for (let before = i - 1; before >= 0; before--)
      if ((atMs[before] as number) + (latencyMs[before] as number) > (atMs[i] as number)) inside++;
    most = Math.max(most, inside);
    if (i > FIRST_CALLS) break;
  }
  return most;
}

const WARM = 1;
const FIRST_CALLS = 100;
