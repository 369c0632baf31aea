import { diskTrouble } from '../host/disk-trouble.js';
import { printable, UserError } from '../errors.js';

/** A longer path would push what is wrong with it out of the line. */
const PATH_LIMIT = 200;

/** What the disk refused of a run folder, as a `UserError` that begins with the path; any other error as it is. */
export function withPath(thrown: unknown, path: string): Error {
  const trouble = diskTrouble(thrown, 'name another folder with --out');
  if (trouble !== undefined) return new UserError(`${printable(path, PATH_LIMIT)}: ${trouble}`);
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
