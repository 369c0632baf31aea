import { messageOf, UserError } from '../errors.js';

/** Makes the error for one trace file: it puts the file's name before what is wrong and what to do. */
export type Fault = (text: string) => UserError;

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path',
  ENOTDIR: 'there is no such file; check the path',
  EISDIR: 'it is a folder; name a file in it',
  EACCES: 'permission is denied; check who may read and write it',
  EPERM: 'permission is denied; check who may read and write it',
  EROFS: 'the file system is read-only; choose another folder',
  ELOOP: 'its symbolic links are not followed; name the file itself',
  ENAMETOOLONG: 'the name is too long; shorten it',
  ERR_INVALID_ARG_VALUE: 'the path contains a zero byte; check the path',
  ENOSPC: 'no space is left; free some or choose another folder',
  EDQUOT: 'the disk quota is used up; free some or choose another folder',
  EFBIG: 'the file system takes no larger file; choose another folder',
  EMFILE: 'too many files are open; raise the limit (ulimit -n)',
  EPIPE: 'the reader closed the pipe before the end; let it read everything',
};

/** What the user can do about an error of the file system; undefined when it is none. */
function fileCause(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const cause = CAUSES[error.code];
  if (cause !== undefined) return cause;
  return 'errno' in error || 'syscall' in error ? `${messageOf(error)}; check the path and the disk` : undefined;
}

/** An error of the file system as the user's, under `fault`; any other error comes back as it is. */
export function fileFault(error: unknown, fault: Fault, doing: 'read' | 'written'): unknown {
  const cause = fileCause(error);
  return cause === undefined ? error : fault(`it cannot be ${doing}: ${cause}`);
}
