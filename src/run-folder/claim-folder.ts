import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { printable, UserError } from '../errors.js';
import { writeWhole } from './write-whole.js';

/** A folder that runs are made in over several commands belongs to what it was first made for. Throws `UserError` where that is something else. */
export function claimFolder(folder: string, file: string, asked: unknown): void {
  const key = createHash('sha256').update(JSON.stringify(asked)).digest('hex');
  const path = join(folder, file);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    writeWhole(folder, file, `${JSON.stringify({ key })}\n`);
    return;
  }
  if (!readFileSync(path, 'utf8').includes(key))
    throw new UserError(
      `${printable(folder)} holds runs of other settings or another trace; give another --out, or move that folder away`,
    );
}
