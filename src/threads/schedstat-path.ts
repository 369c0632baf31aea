import { readlinkSync } from 'node:fs';

/** The file in which Linux keeps, of the calling thread, the ns it ran and the ns it was ready but had no CPU. Elsewhere: undefined. */
export function schedstatPath(): string | undefined {
  try {
    return `/proc/${readlinkSync('/proc/thread-self')}/schedstat`;
  } catch {
    return undefined;
  }
}
