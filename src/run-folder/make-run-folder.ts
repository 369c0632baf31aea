import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { printable, UserError } from '../errors.js';
import { withPath } from './with-path.js';
import { RUN_FILES } from './run-files.js';

export interface RunFolder {
  readonly path: string;
  /** Takes away what a run that never started has written, and the folders that were made for it. */
  readonly discard: () => void;
}

/**
 * Makes the folder of a run: `out` when given (it must be new or empty, or hold the attempts before the `attempt`-th), else
 * a fresh one of this name below `runs`. A folder that was there then holds an empty sample log: of two runs that start into it,
 * one makes it, and the other gets a `UserError`.
 */
export function makeRunFolder(out: string | undefined, name: string, attempt = 1): RunFolder {
  const path = out ?? join('runs', name);
  try {
    return out === undefined ? freshFolder(path) : emptyFolder(path, attempt);
  } catch (thrown) {
    throw withPath(thrown, path);
  }
}

function emptyFolder(path: string, attempt: number): RunFolder {
  const first = mkdirSync(path, { recursive: true });
  const before = Array.from({ length: attempt - 1 }, (_, i) => `attempt-${String(i + 1)}`);
  if (readdirSync(path).some((name) => !before.includes(name)))
    throw new UserError(`--out ${printable(path)} is not empty; name a new or empty folder`);
  claim(path);
  return runFolder(path, first);
}

/** Two processes may both have found the folder empty; the system lets one of them make the file. */
function claim(path: string): void {
  try {
    closeSync(openSync(join(path, RUN_FILES.samples), 'wx'));
  } catch (thrown) {
    if (!isThere(thrown)) throw thrown;
    throw new UserError(`--out ${printable(path)}: another run has just begun to write there; name another folder`);
  }
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
