import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync, type Stats } from 'node:fs';
import { extname, isAbsolute, join, sep, win32 } from 'node:path';
import { fileFault, type Fault } from './fault.js';

export const FILE_BYTES = 64 << 20;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.npy': 'application/x-npy',
  '.csv': 'text/csv; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wav': 'audio/wav',
  '.mp3': 'audio/mpeg',
  '.pb': 'application/x-protobuf',
};
export const OCTETS = 'application/octet-stream';

/** The media type of a file by its extension; `application/octet-stream` for those not known. */
export function contentTypeOf(name: string): string {
  return CONTENT_TYPES[extname(name).toLowerCase()] ?? OCTETS;
}

/**
 * The real path of a file that a trace names, which must lie in the trace's own real `folder`: a trace comes from
 * others, and must not make anyone post what is theirs. Names with a leading dot are refused for the same reason
 * (`.env`, `.ssh`). Throws the error of `fault` when it may not be read.
 */
export function pathInFolder(folder: string, name: string, fault: Fault): string {
  const parts = name.split('/');
  const climbs = isAbsolute(name) || win32.isAbsolute(name) || /[\\:\0]/.test(name) || parts.includes('..');
  if (climbs || name === '')
    throw fault('a file must lie beside the trace or in a folder below; give a relative path without ".."');
  if (parts.some((part) => part.startsWith('.') && part !== '.'))
    throw fault('hidden files are not sent; rename the file if it is meant');
  const real = resolved(join(folder, name), fault);
  const inside = folder.endsWith(sep) ? folder : folder + sep;
  if (!real.startsWith(inside))
    throw fault('its symbolic link leads out of the folder of the trace; copy the file there');
  if (
    real
      .slice(inside.length)
      .split(sep)
      .some((part) => part.startsWith('.'))
  )
    throw fault('its symbolic link leads to a hidden file, and those are not sent; copy the file');
  return real;
}

/**
 * Reads a regular file whole, without ever waiting (a FIFO or device is refused). `real` has no symbolic links; should one have
 * been put in its way meanwhile, the file opened is not the file named, and is refused.
 */
export function readRealFile(real: string, limit: number, fault: Fault): Uint8Array {
  let fd: number | undefined;
  try {
    fd = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const opened = fstatSync(fd);
    if (!opened.isFile()) throw fault('it is no regular file; give one that holds the bytes to send');
    if (realpathSync(real) !== real || !same(opened, statSync(real)))
      throw fault('it was replaced while it was read; try again');
    return readAll(fd, opened.size, limit, fault);
  } catch (error) {
    throw fileFault(error, fault, 'read');
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The path without symbolic links. */
export function resolved(path: string, fault: Fault): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw fileFault(error, fault, 'read');
  }
}

function same(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

/** `size` may be wrong (a file that grows, or one of /proc, which says 0): it is read to its end. */
function readAll(fd: number, size: number, limit: number, fault: Fault): Uint8Array {
  const pieces: Buffer[] = [];
  let total = 0;
  for (;;) {
    if (total > limit || size > limit) throw fault(`it is larger than ${String(limit >> 20)} MiB; send less`);
    const piece = Buffer.allocUnsafe(Math.max(1 << 16, size + 1 - total));
    const read = readSync(fd, piece, 0, piece.length, null);
    if (read === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, read));
    total += read;
  }
}
