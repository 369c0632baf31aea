import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BY_OUT, withPath } from './with-path.js';

/** Writes a file whole or not at all. Throws `UserError` when the disk refuses, which says how to name another place. */
export function writeWhole(folder: string, file: string, text: string, elsewhere = BY_OUT): void {
  const path = join(folder, file);
  const half = `${path}.half`;
  try {
    writeFileSync(half, text);
    renameSync(half, path);
  } catch (thrown) {
    rmSync(half, { force: true });
    throw withPath(thrown, path, elsewhere);
  }
}
