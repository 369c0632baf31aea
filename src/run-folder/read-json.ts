import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, printable, UserError } from '../errors.js';
import { Mismatch, type Shape } from '../shape.js';

/** A report of a month has 2.7 million seconds; a larger file is not one that a run wrote. */
const MAX_BYTES = 2 ** 30;

/**
 * Reads a JSON file of a run folder as what it has to be. Throws `UserError` of one line that names the file, and the field
 * that is wrong; `whereMissing` says what to do where there is no such file.
 */
export function readJson<T>(folder: string, file: string, shape: Shape<T>, whereMissing: string): T {
  const path = join(folder, file);
  const value = parsed(folder, path, whereMissing);
  try {
    return shape.read(value);
  } catch (thrown) {
    if (!(thrown instanceof Mismatch)) throw thrown;
    const field = thrown.path.length === 0 ? 'its content' : thrown.path.join('.');
    throw new UserError(
      printable(`${path}: ${field} must be ${thrown.needed}; it was damaged, or is not a file that replay wrote`),
    );
  }
}

function parsed(folder: string, path: string, whereMissing: string): unknown {
  try {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found === undefined) throw new UserError(`${printable(folder)}: there is no such folder; check the path`);
    if (!found.isDirectory()) throw new UserError(`${printable(folder)} is not a folder; give the folder of a run`);
    const file = statSync(path, { throwIfNoEntry: false });
    if (file === undefined) throw new UserError(`${printable(path)} is missing; ${whereMissing}`);
    if (file.size > MAX_BYTES)
      throw new UserError(`${printable(path)} is larger than 1 GiB; no run writes such a file`);
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError(`${printable(path)}: ${messageOf(thrown)}; give the folder of a run`);
  }
}
