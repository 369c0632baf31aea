/** What is kept for batches of one client. */
const MOST_BYTES = 128 * 2 ** 20;

/**
 * Makes what a batch is sent as once for each distinct content, and keeps it while all that is kept takes less than 128 MB:
 * with one payload there are as many contents as sizes, with many payloads hardly two batches are alike.
 */
export function batchCache<T>(
  make: (payloads: Uint32Array) => T,
  bytesOf: (made: T) => number,
): (payloads: Uint32Array) => T {
  const kept = new Map<string, T>();
  let bytes = 0;
  return (payloads) => {
    const key = contentKey(payloads);
    const before = kept.get(key);
    if (before !== undefined) return before;
    const made = make(payloads);
    const size = bytesOf(made) + 2 * key.length;
    if (bytes + size > MOST_BYTES) {
      kept.clear();
      bytes = 0;
    }
    kept.set(key, made);
    bytes += size;
    return made;
  };
}

function contentKey(payloads: Uint32Array): string {
  const first = payloads[0];
  return payloads.every((payload) => payload === first)
    ? `${String(payloads.length)}x${String(first)}`
    : payloads.join();
}
