import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskTrouble } from '../disk-trouble.js';
import { messageOf, printable, UserError } from '../errors.js';
import type { RunRecord } from '../run.js';

const BY_OUT = 'name another folder with --out';

/** The files a run leaves. */
export const RUN_FILES = {
  record: 'run.json',
  samples: 'samples.arrows',
  report: 'report.json',
  hlog: 'latency.hlog',
  html: 'report.html',
  cloud: 'cloud.json',
} as const;

/** Makes the folder of a run: `out` when given (it must be new or empty), else a fresh one of this name below `runs`. */
export function makeRunFolder(out: string | undefined, name: string): string {
  const folder = out ?? freshFolder(join('runs', name));
  try {
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length > 0)
      throw new UserError(`--out ${printable(folder)} is not empty; name a new or empty folder`);
  } catch (thrown) {
    throw mended(thrown, folder);
  }
  return folder;
}

function freshFolder(wanted: string): string {
  let folder = wanted;
  for (let n = 2; existsSync(folder); n++) folder = `${wanted}-${String(n)}`;
  return folder;
}

/** Writes a file whole or not at all. Throws `UserError` when the disk refuses, which says how to name another place. */
export function writeWhole(folder: string, file: string, text: string, elsewhere = BY_OUT): void {
  const path = join(folder, file);
  const half = `${path}.half`;
  try {
    writeFileSync(half, text);
    renameSync(half, path);
  } catch (thrown) {
    rmSync(half, { force: true });
    throw mended(thrown, path, elsewhere);
  }
}

/** A record as it is written. */
export function recordJson(record: RunRecord): string {
  return `${JSON.stringify(record, null, 1)}\n`;
}

/** Reads the record of a run. Throws `UserError` when the folder holds none. */
export function readRunRecord(folder: string): RunRecord {
  const path = join(folder, RUN_FILES.record);
  let record: unknown;
  try {
    if (!statSync(folder).isDirectory())
      throw new UserError(`${printable(folder)} is no run folder; give the folder that --out named`);
    record = JSON.parse(readFileSync(path, 'utf8'));
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError(`${printable(path)}: ${messageOf(thrown)}; give the folder of a run`);
  }
  if (!isRunRecord(record))
    throw new UserError(`${printable(path)} is no run record of format 1; give the folder of a run`);
  return record;
}

function isRunRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { format, id, plan } = value as Readonly<Record<string, unknown>>;
  if (format !== 1 || typeof id !== 'string' || typeof plan !== 'object' || plan === null) return false;
  return 'duePerSecond' in plan && Array.isArray(plan.duePerSecond);
}

function mended(thrown: unknown, path: string, elsewhere = BY_OUT): Error {
  const trouble = diskTrouble(thrown, elsewhere);
  if (trouble !== undefined) return new UserError(`${printable(path)}: ${trouble}`);
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
