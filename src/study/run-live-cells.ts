import { join } from 'node:path';
import { runSeries, type PlannedRun } from '../compare/run-series.js';
import { spentByRun } from '../conclude/spent-by-run.js';
import type { ReplayRequest, ReplayResult, Surroundings } from '../replay/replay.js';
import { claimFolder } from '../run-folder/claim-folder.js';
import { isFinished, setAside, withAsides } from '../run-folder/finished-run.js';
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
  for (const cell of cells) {
    const asked = { args: cell.args, batch: cell.batch, trace: traces.get(cell.workload)?.sha256 ?? '' };
    claimFolder(join(folder, cell.id), CELL_FILE, asked);
  }
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

/** What runs of the cells have cost, finished or not. */
async function spentSoFar(cells: readonly LiveCell[], folder: string, repeats: number): Promise<number> {
  let spent = 0;
  for (const cell of cells)
    for (const run of foldersOf(folder, cell, repeats).flatMap(withAsides)) spent += await spentByRun(run);
  return spent;
}
