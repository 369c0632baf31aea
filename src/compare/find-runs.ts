import { runFolders } from '../run-folder/run-folders.js';
import { readRun } from './read-run.js';
import type { RunFacts } from './run-facts.js';

/** The runs in these folders, each a run or a folder of runs; a folder given twice counts once. Throws `UserError` where there is none. */
export function findRuns(given: readonly string[]): RunFacts[] {
  return runFolders(given).map(readRun);
}
