import { diskTrouble } from '../disk-trouble.js';
import { printable, UserError } from '../errors.js';

/** How another place is named where a run folder cannot be written. */
export const BY_OUT = 'name another folder with --out';

/** What the disk refused, as a `UserError` that begins with the path; any other error as it is. */
export function withPath(thrown: unknown, path: string, elsewhere = BY_OUT): Error {
  const trouble = diskTrouble(thrown, elsewhere);
  if (trouble !== undefined) return new UserError(`${printable(path)}: ${trouble}`);
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
