import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Interrupted } from '../errors.js';
import { replay } from '../replay/replay.js';
import { readRecord } from '../run-folder/read-record.js';
import { RUN_FILES } from '../run-folder/run-files.js';
import { writeWhole } from '../run-folder/write-whole.js';
import type { ReadCell } from '../study/simulate-cells.js';
import type { SimulatedCell, Study } from '../study/study.js';
import { readSystem } from '../systems/read-system.js';
import { choicesOf, parametersOf } from '../systems/vary-system.js';
import { withTexts } from '../systems/with-texts.js';
import type { Trace } from '../trace.js';
import type { LiveProgress } from './live-progress.js';
import { parsedRunFlags } from './parsed-run-flags.js';
import { runRequest } from './run-request.js';
import { surroundings } from './surroundings.js';
import { replayVersion } from './versions.js';

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
  simulated: readonly ReadCell[],
  { study, traces, cells, live, stop }: StudyPlace,
): Promise<ReadonlyMap<SimulatedCell, string>> {
  const folders = new Map<SimulatedCell, string>();
  const world = surroundings(stop, { ...live, say: () => undefined });
  for (const read of simulated) {
    if (stop.aborted) throw new Interrupted();
    const { cell } = read;
    const folder = join(cells, cell.id, 'run');
    const trace = traces.get(cell.workload) as Trace;
    const args = await argumentsOf(read, study);
    const key = keyOf(args, read, trace);
    if (!isThere(folder, join(cells, cell.id), key)) {
      rmSync(folder, { recursive: true, force: true });
      const { flags, terms } = await parsedRunFlags(args);
      await replay({ ...runRequest(trace, flags, terms), out: folder }, world);
      writeWhole(join(cells, cell.id), KEY_FILE, `${JSON.stringify({ key })}\n`);
    }
    folders.set(cell, `cells/${cell.id}/run`);
  }
  return folders;
}

/** Beside the folder of the run: what it was made of. */
const KEY_FILE = 'run.json';

function isThere(folder: string, cell: string, key: string): boolean {
  const path = join(cell, KEY_FILE);
  if (!existsSync(path) || !readFileSync(path, 'utf8').includes(key)) return false;
  return existsSync(join(folder, RUN_FILES.report)) && readRecord(folder).end?.complete === true;
}

/** A file of a system, or a trace, may have changed under its name. */
function keyOf(args: readonly string[], { system }: ReadCell, { sha256 }: Trace): string {
  const asked = JSON.stringify([replayVersion(), args, system, sha256]);
  return createHash('sha256').update(asked).digest('hex').slice(0, 32);
}

/** The run that `replay run` would make of the cell. */
async function argumentsOf(read: ReadCell, { seed, workloads }: Study): Promise<string[]> {
  const { definition, batch, prices, workload } = read.cell;
  const { model, runtime } = read.variant;
  const after = workloads.find(({ name }) => name === workload)?.after;
  const values = await valuesOf(read);
  const options = {
    system: definition,
    ...(model === undefined ? {} : { model }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(values.length === 0 ? {} : { values: values.join(',') }),
    ...(after === undefined ? {} : { after: after.path, gap: `${String(after.gapMs)}ms` }),
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

/** Where the system is not as its file says: what the study sets, and what a measured model brings. */
async function valuesOf({ cell, system, variant }: ReadCell): Promise<readonly string[]> {
  const { definition, like, set } = cell;
  if (like === undefined && Object.keys(set).length === 0) return [];
  const memory = set['memory'] === undefined ? {} : { memory: set['memory'] };
  const own = withTexts(await readSystem(definition, variant), memory);
  const before = new Map([...parametersOf(own), ...choicesOf(own)].map(({ path, what }) => [path, what.value]));
  const changed = [...parametersOf(system), ...choicesOf(system)].filter(
    ({ path, what }) => what.value !== before.get(path),
  );
  return [
    ...Object.entries(memory).map(([name, value]) => `${name}=${value}`),
    ...changed.map(({ path, what }) => `${path}=${String(what.value)}`),
  ];
}
