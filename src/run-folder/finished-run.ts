import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from './read-record.js';
import { RUN_FILES } from './run-files.js';

/** Whether a run was sent to its end; a run that a threshold judged badly was, too. */
export function isFinished(folder: string): boolean {
  if (!existsSync(join(folder, RUN_FILES.record)) || !existsSync(join(folder, RUN_FILES.report))) return false;
  const { end } = readRecord(folder);
  return end !== null && end.complete && !end.interrupted && end.stopReason === null && end.overBudget !== true;
}

/** An unfinished run, which may have cost money: it stays, under another name. */
export function setAside(folder: string): void {
  if (!existsSync(folder)) return;
  let n = 1;
  while (existsSync(asideName(folder, n))) n++;
  renameSync(folder, asideName(folder, n));
}

/** The folder of a run, and those of its unfinished attempts, as far as they are there. */
export function withAsides(folder: string): readonly string[] {
  const asides: string[] = [];
  for (let n = 1; existsSync(asideName(folder, n)); n++) asides.push(asideName(folder, n));
  return existsSync(folder) ? [folder, ...asides] : asides;
}

const ASIDE = '-unfinished-';

function asideName(folder: string, n: number): string {
  return `${folder}${ASIDE}${String(n)}`;
}

/** Whether a folder is such an attempt. */
export function isAside(folder: string): boolean {
  return /-unfinished-\d+[\\/]?$/.test(folder);
}
