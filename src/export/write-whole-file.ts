import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diskTrouble } from '../disk-trouble.js';
import { printable, UserError } from '../errors.js';

/** Writes a file as its pieces come; it appears whole or not at all. Throws `UserError` when the disk refuses. */
export async function writeWholeFile(path: string, pieces: AsyncIterable<Uint8Array | string>): Promise<void> {
  const target = await regularTarget(path);
  const begun = join(dirname(target), `.replay-${randomBytes(8).toString('hex')}.tmp`);
  try {
    await writePieces(begun, pieces);
    await rename(begun, target);
  } catch (thrown) {
    await rm(begun, { force: true }).catch(() => undefined);
    throw mended(thrown, path);
  }
}

async function writePieces(path: string, pieces: AsyncIterable<Uint8Array | string>): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for await (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Where the path leads; only a regular file is ever replaced. */
async function regularTarget(path: string): Promise<string> {
  try {
    const target = await realpath(path);
    if (!(await stat(target)).isFile())
      throw new UserError(`${printable(path)}: something that is no regular file has this name; choose another, or -`);
    return target;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return path;
    throw mended(thrown, path);
  }
}

function mended(thrown: unknown, path: string): unknown {
  const trouble = diskTrouble(thrown);
  return trouble === undefined ? thrown : new UserError(`${printable(path)}: ${trouble}`);
}
