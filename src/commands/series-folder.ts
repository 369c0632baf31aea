import { join } from 'node:path';
import { diskTrouble } from '../host/disk-trouble.js';
import { UserError } from '../errors.js';
import { removeFolders } from '../host/make-folders.js';
import { freshFolder, type FreshFolder } from '../run-folder/fresh-folder.js';

/**
 * Makes a series in a folder: `out`, else a fresh one such as runs/20261124-084512-repeat-5 (UTC), which is removed where no run wrote
 * anything into it.
 */
export async function inSeriesFolder<T>(
  out: string | undefined,
  date: Date,
  what: string,
  make: (folder: string) => Promise<T>,
): Promise<T> {
  const { path, made } = out === undefined ? fresh(date, what) : { path: out, made: [] };
  try {
    return await make(path);
  } finally {
    removeFolders(made);
  }
}

function fresh(date: Date, what: string): FreshFolder {
  const stamp = date.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const wanted = join('runs', `${stamp}-${what}`);
  try {
    return freshFolder(wanted);
  } catch (thrown) {
    const trouble = diskTrouble(thrown, 'name another folder');
    throw trouble === undefined ? thrown : new UserError(`${wanted}: ${trouble}`);
  }
}
