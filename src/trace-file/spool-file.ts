import { randomUUID } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, printable, UserError } from '../errors.js';

/** Opens a new file in `spoolDir` that is unlinked at once: no end of the process leaves it behind. Throws `UserError`. */
export function openSpool(spoolDir: string): number {
  return spooling(printable(spoolDir), () => {
    const path = join(spoolDir, `replay-arrivals-${randomUUID()}`);
    const fd = openSync(path, 'wx+', 0o600);
    try {
      unlinkSync(path);
    } catch (thrown) {
      closeSync(fd);
      throw thrown;
    }
    return fd;
  });
}

/** Writes all of the bytes at `position`. Throws `UserError` where the disk is full. */
export function writeSpool(fd: number, bytes: Uint8Array, position: number): void {
  spooling('its spool folder', () => {
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  });
}

/** Makes the file `length` bytes long; what was not written reads as 0. */
export function extendSpool(fd: number, length: number): void {
  spooling('its spool folder', () => {
    ftruncateSync(fd, length);
  });
}

export function readSpool(fd: number, length: number, position: number): ArrayBuffer {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const read = readSync(fd, bytes, done, length - done, position + done);
    if (read === 0) throw new Error('the spool file of the trace is shorter than it was written');
    done += read;
  }
  return bytes.buffer;
}

function spooling<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UserError(
      `cannot spool a large trace in ${where} (${messageOf(error)}); free space there or set TMPDIR to another folder`,
    );
  }
}
