/** Requests as calls: a call is sent when it is full, or when its oldest request has waited long enough. */
export interface Calls {
  readonly count: number;
  /** When it is sent, not decreasing. */
  readonly releaseMs: Float64Array;
  /** Its first request. */
  readonly seq: Uint32Array;
}

export function formCalls(dueMs: Float64Array, { size, maxWaitMs }: { size: number; maxWaitMs: number }): Calls {
  const releaseMs = new Float64Array(dueMs.length);
  const seq = new Uint32Array(dueMs.length);
  let count = 0;
  for (let first = 0, next = 0; first < dueMs.length; first = next) {
    const latestMs = (dueMs[first] as number) + maxWaitMs;
    while (next < dueMs.length && next - first < size && (dueMs[next] as number) <= latestMs) next++;
    seq[count] = first;
    releaseMs[count++] = next - first === size ? (dueMs[next - 1] as number) : latestMs;
  }
  return { count, releaseMs: releaseMs.subarray(0, count), seq: seq.subarray(0, count) };
}
