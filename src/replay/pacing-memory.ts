/** What a loop and its pacing thread share: a 64-bit due moment and a counter of changes to sleep on. */
export type PacingMemory = SharedArrayBuffer;

/** In place of a due moment: the thread ends. */
export const CLOSED_NS = -1n;

export function pacingMemory(): PacingMemory {
  const memory = new SharedArrayBuffer(16);
  dueOf(memory)[0] = 2n ** 62n;
  return memory;
}

/** CLOCK_MONOTONIC, ns. */
export function dueOf(memory: PacingMemory): BigInt64Array {
  return new BigInt64Array(memory, 0, 1);
}

export function turnOf(memory: PacingMemory): Int32Array {
  return new Int32Array(memory, 8, 1);
}
