import { basename, dirname } from 'node:path';
import { messageOf, printable, UserError } from '../errors.js';

/** Writes the file that a flag asked for, whole or not at all. Throws `UserError` that names the flag. */
export async function writeAskedFile(flag: string, path: string, text: string): Promise<void> {
  const { writeWhole } = await import('../replay/run-folder.js');
  mending(flag, path, () => {
    writeWhole(dirname(path), basename(path), text);
  });
}

/** Work on a file that a flag or variable named; what goes wrong is told with that name. */
export function mending(flag: string, path: string, work: () => void): void {
  try {
    work();
  } catch (thrown) {
    throw new UserError(`${flag} ${printable(path)}: cannot write it (${messageOf(thrown)}); name another file`);
  }
}
