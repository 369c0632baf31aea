import { parentPort, workerData } from 'node:worker_threads';
import { asleepUntilOf, CLOSED_NS, dueOf, NEVER_NS, turnOf, type PacingOrder } from './pacing-memory.js';

/**
 * A thread that does nothing but sleep on a futex until the moment it was given, and then wakes the loop that gave it: a
 * futex sleeps to 0.1 ms where the loop's own timers count whole ms. It never returns to an event loop of its own.
 */
if (parentPort !== null) sleepAndWake(workerData as PacingOrder, parentPort);

function sleepAndWake({ memory, earlyNs, napNs }: PacingOrder, port: { postMessage(message: null): void }): void {
  const turn = turnOf(memory);
  const due = dueOf(memory);
  const asleepUntil = asleepUntilOf(memory);
  let napUntilNs = 0n;
  for (;;) {
    const seen = Atomics.load(turn, 0);
    const dueNs = Atomics.load(due, 0);
    if (dueNs === CLOSED_NS) return;
    const nowNs = process.hrtime.bigint();
    if (dueNs - earlyNs <= nowNs) {
      // Unless the loop has said something else meanwhile.
      if (Atomics.compareExchange(due, 0, dueNs, NEVER_NS) === dueNs) port.postMessage(null);
      napUntilNs = nowNs + napNs;
    } else {
      const untilNs = dueNs === NEVER_NS && napUntilNs > nowNs ? napUntilNs : dueNs - earlyNs;
      // The loop reads this after it has raised the counter, so one of the two sees the other.
      Atomics.store(asleepUntil, 0, untilNs);
      Atomics.wait(turn, 0, seen, untilNs === NEVER_NS ? Infinity : Number(untilNs - nowNs) / 1e6);
    }
  }
}
