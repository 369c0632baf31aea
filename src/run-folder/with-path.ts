import { diskTrouble } from '../disk-trouble.js';
import { printable, UserError } from '../errors.js';

/** What the disk refused of a run folder, as a `UserError` that begins with the path; any other error as it is. */
export function withPath(thrown: unknown, path: string): Error {
  const trouble = diskTrouble(thrown, 'name another folder with --out');
  if (trouble !== undefined) return new UserError(`${printable(path)}: ${trouble}`);
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
