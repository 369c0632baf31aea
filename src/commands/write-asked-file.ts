import { basename, dirname } from 'node:path';
import { diskTrouble } from '../disk-trouble.js';
import { printable, UserError } from '../errors.js';

const ELSEWHERE = 'name another file';

/** Writes the file that a flag asked for, whole or not at all. Throws `UserError` that names the flag. */
export async function writeAskedFile(flag: string, path: string, text: string): Promise<void> {
  const { writeWhole } = await import('../run-folder/write-whole.js');
  try {
    writeWhole(dirname(path), basename(path), text, ELSEWHERE);
  } catch (thrown) {
    throw thrown instanceof UserError ? new UserError(`${flag}: ${thrown.message}`) : thrown;
  }
}

/** Work on a file that a flag or variable named; what goes wrong is told with that name. */
export function mending(flag: string, path: string, work: () => void): void {
  try {
    work();
  } catch (thrown) {
    const trouble = diskTrouble(thrown, ELSEWHERE);
    throw trouble === undefined ? thrown : new UserError(`${flag} ${printable(path)}: ${trouble}`);
  }
}
