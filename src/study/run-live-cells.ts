import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { runSeries, type PlannedRun } from '../compare/run-series.js';
import { reportAgain } from '../conclude/report-again.js';
import { printable, UserError } from '../errors.js';
import type { ReplayRequest, ReplayResult, Surroundings } from '../replay/replay.js';
import { readRecord } from '../run-folder/read-record.js';
import { readReport } from '../run-folder/read-report.js';
import { RUN_FILES } from '../run-folder/run-files.js';
import { writeWhole } from '../run-folder/write-whole.js';
import type { Trace } from '../trace.js';
import type { LiveCell, Study } from './study.js';

/** What turns a live cell into runs. */
export interface LiveWays {
  readonly traces: ReadonlyMap<string, Trace>;
  /** The run of a cell as its arguments ask for it. Throws `UserError`. */
  readonly requestOf: (cell: LiveCell, trace: Trace) => Promise<ReplayRequest>;
  readonly exitOf: (result: ReplayResult) => number;
  /** For all runs together, in the currency of the sheets. */
  readonly budget: number | undefined;
}

/** Where the runs of a cell are, in their order; only those that ran to their end. */
export type FinishedRuns = ReadonlyMap<LiveCell, readonly string[]>;

export interface LiveEnd {
  readonly finished: FinishedRuns;
  readonly exitCode: number;
}

const CELL_FILE = 'cell.json';

/**
 * Makes the runs of live cells that are not there yet, every cell once, then every cell again. A run that is over is never
 * made again; what one that was interrupted has left is kept beside it.
 */
export async function runLiveCells(
  { repeats, seed }: Pick<Study, 'repeats' | 'seed'>,
  cells: readonly LiveCell[],
  folder: string,
  world: Surroundings,
  { traces, requestOf, exitOf, budget }: LiveWays,
): Promise<LiveEnd> {
  for (const cell of cells) claimCell(join(folder, cell.id), cell, traces.get(cell.workload));
  const left = budget === undefined ? undefined : budget - (await spentSoFar(cells, folder, repeats));
  const planned = Array.from({ length: repeats }, (_, i) =>
    cells.flatMap((cell): PlannedRun[] => {
      const out = runFolder(folder, cell, i + 1);
      if (isFinished(out)) return [];
      return [
        {
          name: `${cell.id}, run ${String(i + 1)} of ${String(repeats)}`,
          request: async () => {
            setAside(out);
            const request = await requestOf(cell, traces.get(cell.workload) as Trace);
            return { ...request, out, seed: seed + i, ...(left === undefined ? {} : { budget: Math.max(left, 0) }) };
          },
          release: () => undefined,
        },
      ];
    }),
  ).flat();
  const end = await runSeries(planned, world, { attempts: 1, exitOf });
  if (end.trouble !== undefined) throw end.trouble;
  return { finished: finishedRuns(cells, folder, repeats), exitCode: end.exitCode };
}

function finishedRuns(cells: readonly LiveCell[], folder: string, repeats: number): FinishedRuns {
  return new Map(cells.map((cell) => [cell, foldersOf(folder, cell, repeats).filter(isFinished)]));
}

function foldersOf(folder: string, cell: LiveCell, repeats: number): readonly string[] {
  return Array.from({ length: repeats }, (_, i) => runFolder(folder, cell, i + 1));
}

function runFolder(folder: string, { id }: LiveCell, repeat: number): string {
  return join(folder, id, String(repeat));
}

/** Whether a run was sent to its end; a run that a threshold judged badly was, too. */
function isFinished(folder: string): boolean {
  if (!existsSync(join(folder, RUN_FILES.record)) || !existsSync(join(folder, RUN_FILES.report))) return false;
  const { end } = readRecord(folder);
  return end !== null && end.complete && !end.interrupted && end.stopReason === null && end.overBudget !== true;
}

/** An unfinished run, which may have cost money: it stays, under another name. */
function setAside(folder: string): void {
  if (!existsSync(folder)) return;
  let n = 1;
  while (existsSync(`${folder}-unfinished-${String(n)}`)) n++;
  renameSync(folder, `${folder}-unfinished-${String(n)}`);
}

/** The folder of a cell belongs to what it was first made for. Throws `UserError` where that is something else. */
function claimCell(folder: string, cell: LiveCell, trace: Trace | undefined): void {
  const asked = JSON.stringify({ args: cell.args, batch: cell.batch, trace: trace?.sha256 ?? '' });
  const key = createHash('sha256').update(asked).digest('hex');
  const path = join(folder, CELL_FILE);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    writeWhole(folder, CELL_FILE, `${JSON.stringify({ key })}\n`);
    return;
  }
  if (!readFileSync(path, 'utf8').includes(key))
    throw new UserError(
      `${printable(folder)} holds runs of other settings or another trace; give another --out, or move that folder away`,
    );
}

/** What runs of the cells have cost, finished or not. */
async function spentSoFar(cells: readonly LiveCell[], folder: string, repeats: number): Promise<number> {
  const candidates = cells.flatMap((cell) =>
    foldersOf(folder, cell, repeats).flatMap((one) => {
      const aside = [];
      for (let n = 1; existsSync(`${one}-unfinished-${String(n)}`); n++) aside.push(`${one}-unfinished-${String(n)}`);
      return [one, ...aside];
    }),
  );
  let spent = 0;
  for (const one of candidates) spent += await costOf(one);
  return spent;
}

/** A killed run has left its record and its sample log, but no report. */
async function costOf(folder: string): Promise<number> {
  if (!existsSync(join(folder, RUN_FILES.record))) return 0;
  const report = existsSync(join(folder, RUN_FILES.report)) ? readReport(folder) : await reportAgain(folder);
  return report.sections.cost.total ?? 0;
}
