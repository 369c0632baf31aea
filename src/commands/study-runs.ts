import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Interrupted } from '../errors.js';
import { replay } from '../replay/replay.js';
import { readRecord } from '../run-folder/read-record.js';
import { RUN_FILES } from '../run-folder/run-files.js';
import type { SimulatedCell, Study } from '../study/study.js';
import type { Trace } from '../trace.js';
import type { LiveProgress } from './live-progress.js';
import { parsedRunFlags } from './parsed-run-flags.js';
import { runRequest } from './run-request.js';
import { surroundings } from './surroundings.js';

export interface StudyPlace {
  readonly study: Study;
  readonly traces: ReadonlyMap<string, Trace>;
  /** The folder with a folder for each cell. */
  readonly cells: string;
  readonly live: LiveProgress;
  readonly stop: AbortSignal;
}

/** One full run of each simulated cell, in virtual time; one that is there is kept. Folders relative to that of the study. */
export async function fullRuns(
  simulated: readonly SimulatedCell[],
  { study, traces, cells, live, stop }: StudyPlace,
): Promise<ReadonlyMap<SimulatedCell, string>> {
  const folders = new Map<SimulatedCell, string>();
  const world = surroundings(stop, { ...live, say: () => undefined });
  for (const cell of simulated) {
    if (stop.aborted) throw new Interrupted();
    // The backend runs a system as its file says; one that the study changes has draws alone.
    if (Object.keys(cell.set).length > 0 || cell.like !== undefined) continue;
    const folder = join(cells, cell.id, 'run');
    if (!isThere(folder)) {
      rmSync(folder, { recursive: true, force: true });
      const { flags, terms } = await parsedRunFlags(argumentsOf(cell, study.seed));
      const request = runRequest(traces.get(cell.workload) as Trace, flags, terms);
      await replay({ ...request, out: folder }, world);
    }
    folders.set(cell, `cells/${cell.id}/run`);
  }
  return folders;
}

function isThere(folder: string): boolean {
  return existsSync(join(folder, RUN_FILES.report)) && readRecord(folder).end?.complete === true;
}

/** The run that `replay run` would make of the cell. */
function argumentsOf({ definition, model, runtime, batch, prices }: SimulatedCell, seed: number): string[] {
  const options = {
    system: definition,
    ...(model === '' ? {} : { model }),
    ...(runtime === '' ? {} : { runtime }),
  };
  return [
    '--backend=simulated',
    '--time=virtual',
    '--no-html',
    `--seed=${String(seed)}`,
    '--timeout=2h',
    ...Object.entries(options).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ...(batch > 1 ? [`--batch-size=${String(batch)}`] : []),
    ...(prices === undefined ? [] : [`--prices=${prices}`]),
  ];
}
