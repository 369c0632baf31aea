import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolders } from '../host/make-folders.js';

export interface FreshFolder {
  readonly path: string;
  /** The folders that were made for it, the uppermost first. */
  readonly made: readonly string[];
}

/**
 * Makes a folder of this name, or with -2, -3, ... behind it: of several processes that ask for one name, each gets a folder of its
 * own. Throws the errors of the file system.
 */
export function freshFolder(wanted: string): FreshFolder {
  const above = makeFolders(dirname(wanted));
  for (let n = 1; ; n++) {
    const path = n === 1 ? wanted : `${wanted}-${String(n)}`;
    try {
      mkdirSync(path);
      return { path, made: [...above, path] };
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
    }
  }
}
