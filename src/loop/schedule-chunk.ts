/** One chunk of a schedule: row i is request `seq[i]` of the trace, due at `dueMs[i]` of the run. */
export interface Schedule {
  readonly rows: number;
  /** 0-based index in the trace. */
  readonly seq: Uint32Array;
  /** Ms from due 0, not decreasing. */
  readonly dueMs: Float64Array;
  readonly payload: Uint32Array;
  /** Where batched: when its invocation is to be sent; not before it is due, not decreasing. */
  readonly releaseMs?: Float64Array;
  /** Where batched: the `seq` of the oldest request of its invocation, whose rows follow one another in one chunk. */
  readonly invocation?: Uint32Array;
}

/** Chunks of one shape, wherever they are made: another would undo the compiled loop that reads them, in the first second. */
export function scheduleChunk(
  rows: number,
  { seq, dueMs, payload }: Pick<Schedule, 'seq' | 'dueMs' | 'payload'>,
): Schedule {
  return { rows, seq, dueMs, payload };
}

/** Which requests a worker sends: those whose index in the trace is `index` modulo `of`; where batched, the index of its batch. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}
