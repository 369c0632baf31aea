import { closeSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { printable, UserError } from '../errors.js';
import { makeFolders, removeFolders } from '../host/make-folders.js';
import { freshFolder } from './fresh-folder.js';
import { RUN_FILES } from './run-files.js';
import { withPath } from './with-path.js';

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
  const wanted = out ?? join('runs', name);
  try {
    const { path, made } = out === undefined ? freshFolder(wanted) : emptyFolder(wanted, attempt);
    return {
      path,
      discard: () => {
        for (const file of Object.values(RUN_FILES)) rmSync(join(path, file), { force: true });
        removeFolders(made);
      },
    };
  } catch (thrown) {
    throw withPath(thrown, wanted);
  }
}

function emptyFolder(path: string, attempt: number): { readonly path: string; readonly made: readonly string[] } {
  const made = makeFolders(path);
  try {
    const before = Array.from({ length: attempt - 1 }, (_, i) => `attempt-${String(i + 1)}`);
    if (readdirSync(path).some((name) => !before.includes(name)))
      throw new UserError(`--out ${printable(path)} is not empty; name a new or empty folder`);
    claim(path);
    return { path, made };
  } catch (thrown) {
    removeFolders(made);
    throw thrown;
  }
}

/** Two processes may both have found the folder empty; the system lets one of them make the file. */
function claim(path: string): void {
  try {
    closeSync(openSync(join(path, RUN_FILES.samples), 'wx'));
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
    throw new UserError(`--out ${printable(path)}: another run has just begun to write there; name another folder`);
  }
}
