import { join } from 'node:path';
import { writeWholeFileSync } from '../host/whole-file.js';
import { withPath } from './with-path.js';

/** Writes a file of a run folder, whole or not at all. Throws `UserError` when the disk refuses, which says how to name another place. */
export function writeWhole(folder: string, file: string, text: string): void {
  const path = join(folder, file);
  try {
    writeWholeFileSync(path, text);
  } catch (thrown) {
    throw withPath(thrown, path);
  }
}
