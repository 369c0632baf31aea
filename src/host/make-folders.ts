import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it; which were made, the uppermost first. Where one cannot be made, none is left, and the error of the
 * file system is thrown. (Node's own `recursive` never returns where the system says ENOENT of a folder that is there, as /proc does.)
 */
export function makeFolders(path: string): readonly string[] {
  const missing: string[] = isFolder(path) ? [] : [path];
  for (let folder = dirname(path); missing.length > 0 && !isThere(folder); folder = dirname(folder))
    missing.unshift(folder);
  const made: string[] = [];
  try {
    for (const folder of missing) if (makeOne(folder)) made.push(folder);
  } catch (thrown) {
    removeFolders(made);
    throw thrown;
  }
  return made;
}

/** Removes folders that `makeFolders` made, up to the first that holds something or cannot be removed. */
export function removeFolders(made: readonly string[]): void {
  try {
    for (const folder of made.toReversed()) rmdirSync(folder);
  } catch {
    // Another process uses it.
  }
}

/** False: another process has made it meanwhile. */
function makeOne(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (thrown) {
    if (isFolder(folder)) return false;
    throw thrown;
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
