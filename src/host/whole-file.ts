import {
  accessSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  fsync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  write,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fileTarget, type FileTarget } from './file-target.js';

type Bytes = Uint8Array | string;

/**
 * Writes a file in pieces, as they come: it appears whole or not at all, with the mode and the owner of the file that it replaces. A
 * symbolic link stays, and what it leads to is written; a pipe or a device is written into. Where a pipe has no reader yet, it waits
 * for one for 10 s. Throws the errors of the file system.
 */
export async function writeWholeFile(path: string, pieces: AsyncIterable<Bytes> | Iterable<Bytes>): Promise<void> {
  const draft = await onceItIsRead(() => draftOf(path));
  try {
    for await (const piece of pieces) await writeAll(draft.fd, typeof piece === 'string' ? Buffer.from(piece) : piece);
    if (draft.isFile) await promisify(fsync)(draft.fd);
    draft.keep();
  } catch (thrown) {
    draft.drop();
    throw thrown;
  }
}

/** The same of one piece and at once; a pipe without a reader is an error (ENXIO). */
export function writeWholeFileSync(path: string, content: Bytes): void {
  const draft = draftOf(path);
  try {
    writeFileSync(draft.fd, content);
    draft.keep();
  } catch (thrown) {
    draft.drop();
    throw thrown;
  }
}

/** Writes a file that nothing has the name of yet (EEXIST); where it cannot be written, it is not there. */
export function writeNewFile(path: string, content: Bytes): void {
  const fd = openSync(path, 'wx');
  try {
    writeFileSync(fd, content);
  } catch (thrown) {
    rmSync(path, { force: true });
    throw thrown;
  } finally {
    closeSync(fd);
  }
}

/** Throws the error that writing the file would meet at its start; changes nothing. Its folder must be there. */
export function checkWholeFile(path: string): void {
  const target = fileTarget(path);
  if (target.kind === 'open') fstatSync(target.fd);
  else if (target.kind === 'device') accessSync(target.path, constants.W_OK);
  else draftBeside(target, 'checked').drop();
}

/** What is being written, and what becomes of it. */
interface Draft {
  readonly fd: number;
  /** Whether it is a regular file: another kind has no disk to wait for. */
  readonly isFile: boolean;
  keep(): void;
  drop(): void;
}

function draftOf(path: string): Draft {
  const target = fileTarget(path);
  if (target.kind === 'file') return draftBeside(target, 'written');
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  // Without O_NONBLOCK a pipe without a reader would block the process forever.
  const fd = target.kind === 'open' ? target.fd : openSync(target.path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  const close = (): void => {
    if (target.kind === 'device') closeSync(fd);
  };
  return { fd, isFile: false, keep: close, drop: close };
}

/** A file beside the one that it will replace, under a name that nothing has. */
function draftBeside({ path, before }: Extract<FileTarget, { kind: 'file' }>, to: 'written' | 'checked'): Draft {
  let begun: { fd: number; path: string };
  try {
    begun = openNew(dirname(path));
  } catch (thrown) {
    // A file that may be written in a folder that may not, as one that is mounted into a container.
    if (before === undefined || !['EACCES', 'EPERM', 'EROFS'].includes(codeOf(thrown))) throw thrown;
    return draftWithin(path, to);
  }
  if (before !== undefined) dress(begun, before);
  let open = true;
  const close = (): void => {
    if (open) {
      open = false;
      closeSync(begun.fd);
    }
  };
  return {
    fd: begun.fd,
    isFile: true,
    keep() {
      close();
      putInPlace(begun.path, path);
    },
    drop() {
      try {
        close();
      } finally {
        rmSync(begun.path, { force: true });
      }
    },
  };
}

function draftWithin(path: string, to: 'written' | 'checked'): Draft {
  const fd = openSync(path, 'r+');
  if (to === 'written') ftruncateSync(fd, 0);
  const close = (): void => {
    closeSync(fd);
  };
  return { fd, isFile: true, keep: close, drop: close };
}

function openNew(folder: string): { readonly fd: number; readonly path: string } {
  for (let n = 1; ; n++) {
    const path = join(folder, `.replay-${String(process.pid)}-${String(n)}.tmp`);
    try {
      return { fd: openSync(path, 'wx'), path };
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw thrown;
    }
  }
}

/** The mode and the owner, as far as this user and the file system can. */
function dress({ fd, path }: { readonly fd: number; readonly path: string }, { mode, uid, gid }: Stats): void {
  const attempt = (change: () => void): void => {
    try {
      change();
    } catch (thrown) {
      if (!['EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP'].includes(codeOf(thrown))) throw thrown;
    }
  };
  const now = fstatSync(fd);
  if (now.uid !== uid || now.gid !== gid) attempt(() => { chownSync(path, uid, gid); }); // prettier-ignore
  attempt(() => { fchmodSync(fd, mode & 0o7777); }); // prettier-ignore
}

function putInPlace(begun: string, path: string): void {
  try {
    renameSync(begun, path);
  } catch (thrown) {
    // What is a mount of its own cannot be replaced.
    if (codeOf(thrown) !== 'EBUSY') throw thrown;
    copyFileSync(begun, path);
    rmSync(begun);
  }
}

const READER_WAIT_MS = 10_000;
const PAUSE_MS = 10;

async function onceItIsRead(begin: () => Draft): Promise<Draft> {
  for (let waited = 0; ; waited += PAUSE_MS) {
    try {
      return begin();
    } catch (thrown) {
      if (codeOf(thrown) !== 'ENXIO' || waited >= READER_WAIT_MS) throw thrown;
    }
    await sleep(PAUSE_MS);
  }
}

async function writeAll(fd: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    try {
      done += (await promisify(write)(fd, bytes, done)).bytesWritten;
    } catch (thrown) {
      // A pipe is full until its reader takes something.
      if (codeOf(thrown) !== 'EAGAIN') throw thrown;
      await sleep(PAUSE_MS);
    }
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}
