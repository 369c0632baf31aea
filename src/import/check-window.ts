import type { Fault } from '../trace-file/fault.js';

const MOST_IN_WINDOW = 10_000_000;

/** Throws where a window is to hold more arrivals than any real one; what is made of a damaged count would fill the disk. */
export function checkWindow(count: number, fault: Fault): void {
  if (!(count <= MOST_IN_WINDOW))
    throw fault(
      `it counts ${String(count)} arrivals in one window, and at most ${String(MOST_IN_WINDOW)} can be; correct it`,
    );
}
