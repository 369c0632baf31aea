/**
 * What a loop and its pacing thread share: when the loop wants to be woken, until when the thread sleeps, and a counter
 * of what the loop has said, to sleep on.
 */
export type PacingMemory = SharedArrayBuffer;

/** What a pacing thread is born with. */
export interface PacingOrder {
  readonly memory: PacingMemory;
  /** It wakes the loop so much before the due moment, for waking takes time. */
  readonly earlyNs: bigint;
  /** After it has woken the loop it looks again by itself after this long: telling it costs the loop more than that. */
  readonly napNs: bigint;
}

/** In place of a due moment: the thread ends. */
export const CLOSED_NS = -1n;

/** Later than any moment. */
export const NEVER_NS = 2n ** 62n;

export function pacingMemory(): PacingMemory {
  const memory = new SharedArrayBuffer(24);
  dueOf(memory)[0] = NEVER_NS;
  asleepUntilOf(memory)[0] = NEVER_NS;
  return memory;
}

/** CLOCK_MONOTONIC, ns; written by the loop, and set to never by the thread when it wakes the loop. */
export function dueOf(memory: PacingMemory): BigInt64Array {
  return new BigInt64Array(memory, 0, 1);
}

/** CLOCK_MONOTONIC, ns; written by the thread. */
export function asleepUntilOf(memory: PacingMemory): BigInt64Array {
  return new BigInt64Array(memory, 8, 1);
}

export function turnOf(memory: PacingMemory): Int32Array {
  return new Int32Array(memory, 16, 1);
}
