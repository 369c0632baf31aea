import { open } from 'node:fs/promises';
import { messageOf, printable, UserError } from '../errors.js';

const TROUBLE: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder; name a file',
  ENOTDIR: 'a part of the path is a file; check the path',
  EACCES: 'not permitted; check its permissions',
};

/** What to do about a file that is missing or too large. */
export interface FileHints {
  readonly missing: string;
  readonly tooLarge: string;
}

const FLAG_FILE: FileHints = { missing: '`replay init` writes one', tooLarge: 'give a file of flags' };

/** A text file of at most `mostBytes` bytes, from a pipe too. Throws `UserError`, also where it is not UTF-8. */
export async function readBounded(path: string, mostBytes: number, hints: FileHints = FLAG_FILE): Promise<string> {
  const bytes = await firstBytes(path, mostBytes + 1).catch((thrown: unknown) => {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    if (code === 'ENOENT') throw new UserError(`${printable(path)}: there is no such file; ${hints.missing}`);
    throw new UserError(`${printable(path)}: ${TROUBLE[code] ?? `${messageOf(thrown)}; check the path`}`);
  });
  if (bytes.length > mostBytes)
    throw new UserError(`${printable(path)}: larger than ${String(mostBytes / 1024)} KiB; ${hints.tooLarge}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${printable(path)}: it is not UTF-8 text; save it as UTF-8`);
  }
}

async function firstBytes(path: string, most: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(most);
    let done = 0;
    while (done < most) {
      const { bytesRead } = await file.read(buffer, done, most - done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  } finally {
    await file.close();
  }
}
