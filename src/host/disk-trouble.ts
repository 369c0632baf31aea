import { messageOf } from '../errors.js';

/** What is wrong, and what to do; `@` is where else, in the words of the caller. */
const TROUBLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder; check the path',
  ENOTDIR: 'a part of the path is a file; check the path',
  EISDIR: 'it is a folder; name a file in it',
  EEXIST: 'something has this name already; @',
  EACCES: 'not permitted; check its permissions, or @',
  EPERM: 'not permitted; check its permissions, or @',
  EROFS: 'the disk is read-only; @',
  ELOOP: 'its symbolic links are not followed; name the file itself',
  ENAMETOOLONG: 'the name is too long; shorten it',
  ERR_INVALID_ARG_VALUE: 'the path contains a zero byte; check the path',
  ENOSPC: 'no space left on the disk; free some or @',
  EDQUOT: 'the disk quota is used up; free some or @',
  EFBIG: 'no space: the file would be larger than this system allows; raise the limit (ulimit -f)',
  EMFILE: 'too many files are open; raise the limit (ulimit -n)',
  ENFILE: 'too many files are open on this system; close some programs',
  ENXIO: 'nothing reads this pipe, or it is a socket; start its reader first, or @',
  EPIPE: 'the reader closed the pipe before the end; let it read everything',
};

/**
 * What the user can do about an error of the file system; undefined where it is none. `elsewhere`: how to name another
 * place, as an order.
 */
export function diskTrouble(thrown: unknown, elsewhere = 'choose another folder'): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return undefined;
  const known = TROUBLE[thrown.code];
  if (known !== undefined) return known.replace('@', elsewhere);
  return 'errno' in thrown || 'syscall' in thrown ? `${messageOf(thrown)}; check the path and the disk` : undefined;
}

const OF_THE_SYSTEM = ['EMFILE', 'ENFILE', 'ENOSPC', 'EDQUOT', 'EROFS'];

/** What the user can do about an error that the system may answer to anything that is asked of it; undefined where it is none. */
export function systemTrouble(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  if ('syscall' in thrown && thrown.syscall === 'uv_cwd')
    return 'the working directory does not exist any more; change to another (cd)';
  if (lacksFiles(thrown)) return TROUBLE['EMFILE'];
  return 'code' in thrown && OF_THE_SYSTEM.includes(String(thrown.code)) ? diskTrouble(thrown) : undefined;
}

/** Node reports it in words of its own where it loads a module or starts a thread. */
function lacksFiles(thrown: Error): boolean {
  const isNodes = !('code' in thrown) || String(thrown.code).startsWith('ERR_');
  return isNodes && /\bEMFILE\b|: too many open files\.?$/.test(thrown.message);
}
