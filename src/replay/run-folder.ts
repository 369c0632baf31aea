import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
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

export interface RunFolder {
  readonly path: string;
  /** Takes away what a run that never started has written, and the folders that were made for it. */
  readonly discard: () => void;
}

/** Makes the folder of a run: `out` when given (it must be new or empty), else a fresh one of this name below `runs`. */
export function makeRunFolder(out: string | undefined, name: string): RunFolder {
  const path = out ?? join('runs', name);
  try {
    return out === undefined ? freshFolder(path) : emptyFolder(path);
  } catch (thrown) {
    throw mended(thrown, path);
  }
}

function emptyFolder(path: string): RunFolder {
  const first = mkdirSync(path, { recursive: true });
  if (readdirSync(path).length > 0)
    throw new UserError(`--out ${printable(path)} is not empty; name a new or empty folder`);
  return runFolder(path, first);
}

/** Of two runs that start in the same second, one makes the folder. */
function freshFolder(wanted: string): RunFolder {
  const first = mkdirSync(dirname(wanted), { recursive: true });
  for (let n = 1; ; n++) {
    const path = n === 1 ? wanted : `${wanted}-${String(n)}`;
    try {
      mkdirSync(path);
      return runFolder(path, first ?? path);
    } catch (thrown) {
      if (!isThere(thrown)) throw thrown;
    }
  }
}

function isThere(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
}

/** `first`: the uppermost folder that was made for it; undefined: none was. */
function runFolder(path: string, first: string | undefined): RunFolder {
  return {
    path,
    discard: () => {
      for (const file of Object.values(RUN_FILES)) rmSync(join(path, file), { force: true });
      if (first === undefined) return;
      const top = resolve(first);
      for (let folder = resolve(path); folder.length >= top.length; folder = dirname(folder)) {
        if (existsSync(folder) && readdirSync(folder).length > 0) return;
        rmdirSync(folder);
      }
    },
  };
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
