import { parentPort, workerData } from 'node:worker_threads';
import { CLOSED_NS, dueOf, turnOf, type PacingMemory } from './pacing-memory.js';

/**
 * A thread that does nothing but sleep on a futex until the moment it was told, and then wakes the loop that told it: a
 * futex sleeps to 0.1 ms where the loop's own timers count whole ms. It never returns to an event loop of its own.
 */
if (parentPort !== null) sleepAndWake(workerData as PacingMemory, parentPort);

function sleepAndWake(memory: PacingMemory, port: { postMessage(message: null): void }): void {
  const turn = turnOf(memory);
  const due = dueOf(memory);
  for (;;) {
    const seen = Atomics.load(turn, 0);
    const dueNs = Atomics.load(due, 0);
    if (dueNs === CLOSED_NS) return;
    const leftMs = Number(dueNs - process.hrtime.bigint()) / 1e6;
    if (leftMs > 0) {
      Atomics.wait(turn, 0, seen, leftMs);
      continue;
    }
    port.postMessage(null);
    Atomics.wait(turn, 0, seen);
  }
}
