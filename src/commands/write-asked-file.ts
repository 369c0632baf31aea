import { accessSync, appendFileSync, closeSync, constants, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { diskTrouble } from '../host/disk-trouble.js';
import { printable, UserError } from '../errors.js';
import { makeFolders, removeFolders } from '../host/make-folders.js';

/** Throws the `UserError` of a file that a flag names and that cannot be written, so that it comes before anything is sent. */
export async function checkAskedFile(flag: string, path: string | undefined): Promise<void> {
  if (path === undefined) return;
  await named(flag, path, async () => {
    const { checkWholeFile } = await import('../host/whole-file.js');
    const made = makeFolders(dirname(path));
    try {
      checkWholeFile(path);
    } finally {
      removeFolders(made);
    }
  });
}

/** The same for the file that a variable of the environment names, which is appended to; its folder has to be there. */
export async function checkAppendedFile(variable: string, path: string | undefined): Promise<void> {
  if (path === undefined || path === '') return;
  await named(variable, path, () => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) accessSync(dirname(path), constants.W_OK);
    // A pipe would wait for its reader.
    else if (found.isFile() || found.isDirectory()) closeSync(openSync(path, 'a'));
  });
}

/** Writes the file that a flag asked for, whole or not at all. Throws `UserError` that names the flag. */
export function writeAskedFile(flag: string, path: string, text: string): Promise<void> {
  return named(flag, path, async () => {
    const { writeWholeFile } = await import('../host/whole-file.js');
    makeFolders(dirname(path));
    await writeWholeFile(path, [text]);
  });
}

/** Appends to the file that a variable of the environment names. Throws `UserError` that names the variable. */
export function appendAskedFile(variable: string, path: string, text: string): Promise<void> {
  return named(variable, path, () => {
    appendFileSync(path, text);
  });
}

/** A longer path would push what is wrong with it out of the line. */
const PATH_LIMIT = 180;

/** Work on a file that a flag or variable named; the error of the file system is reported with that name. */
async function named(flag: string, path: string, work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const trouble = diskTrouble(thrown, 'name another file');
    throw trouble === undefined ? thrown : new UserError(`${flag} ${printable(path, PATH_LIMIT)}: ${trouble}`);
  }
}
