import { rmSync, renameSync, writeFileSync } from 'node:fs';
import { messageOf, printable, UserError } from '../errors.js';

/** Writes a file whole or not at all. Throws `UserError` that names the flag. */
export function writeText(path: string, text: string, flag: string): void {
  const half = `${path}.half`;
  try {
    writeFileSync(half, text);
    renameSync(half, path);
  } catch (thrown) {
    rmSync(half, { force: true });
    throw new UserError(`${flag} ${printable(path)}: ${messageOf(thrown)}; name a file that can be written`);
  }
}
