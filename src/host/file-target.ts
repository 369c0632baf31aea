import { lstatSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** What a path leads to, where something is to be written. */
export type FileTarget =
  /** A regular file, or none yet. */
  | { readonly kind: 'file'; readonly path: string; readonly before: Stats | undefined }
  /** A device or a pipe. */
  | { readonly kind: 'device'; readonly path: string }
  /** What this process holds open, such as /dev/stdout: if it is a file, opening it again would overwrite it from its start. */
  | { readonly kind: 'open'; readonly fd: number };

const MOST_LINKS = 40;

/** Follows the links of a path. Throws the errors of the file system, EISDIR for a folder. */
export function fileTarget(path: string): FileTarget {
  if (/[/\\]$/.test(path)) throw refused('EISDIR', path);
  for (let [at, links] = [path, 0]; links <= MOST_LINKS; links++) {
    const [folder, name] = [realpathSync(dirname(at)), basename(at)];
    if (isOwnDescriptors(folder)) return { kind: 'open', fd: Number(name) };
    const found = join(folder, name);
    const stats = lstatSync(found, { throwIfNoEntry: false });
    if (stats === undefined || stats.isFile()) return { kind: 'file', path: found, before: stats };
    if (stats.isDirectory()) throw refused('EISDIR', path);
    if (!stats.isSymbolicLink()) return { kind: 'device', path: found };
    at = resolve(folder, readlinkSync(found));
  }
  throw refused('ELOOP', path);
}

function isOwnDescriptors(folder: string): boolean {
  return new RegExp(`^/proc/${String(process.pid)}(/task/\\d+)?/fd$`).test(folder);
}

function refused(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}
