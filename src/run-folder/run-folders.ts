import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, printable, UserError } from '../errors.js';

/** A folder of runs may hold folders of runs: what `--run` leaves. */
const MOST_DEPTH = 3;
const MOST_RUNS = 10_000;

/** The folders of runs in these folders, each of a run or a folder of runs; one given twice counts once. Throws `UserError` where there is none. */
export function runFolders(given: readonly string[]): string[] {
  const folders = new Map<string, string>();
  for (const folder of given) {
    if (!existsSync(folder)) throw new UserError(`${printable(folder)}: there is no such folder; give folders of runs`);
    if (!statSync(folder).isDirectory()) throw new UserError(`${printable(folder)} is a file; give folders of runs`);
    const found = below(folder, MOST_DEPTH);
    if (found.length === 0)
      throw new UserError(`${printable(folder)} holds no run; give folders of runs, or a folder of such folders`);
    for (const run of found) folders.set(realpathSync(run), run);
  }
  if (folders.size > MOST_RUNS) throw new UserError(`these are more than ${String(MOST_RUNS)} runs; give fewer`);
  return [...folders.values()];
}

function below(folder: string, depth: number): string[] {
  if (existsSync(join(folder, 'run.json'))) return [folder];
  if (depth === 0) return [];
  return foldersIn(folder).flatMap((name) => below(join(folder, name), depth - 1));
}

/** By number where they are numbers: 2 before 10. */
function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  } catch (thrown) {
    const why = existsSync(folder) ? messageOf(thrown) : 'there is no such folder';
    throw new UserError(`${printable(folder)}: ${why}; give folders of runs`);
  }
}
