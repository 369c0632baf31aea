import type { Batching } from '../run.js';
import type { Schedule, Shard } from './schedule-chunk.js';

/**
 * Puts requests (all of them, in order) together to invocations by their due times alone, and gives those of one shard:
 * every `of`-th. A batch is released when it has `size` requests, or when its oldest has waited `waitMs`: who is due at
 * that very moment still belongs to it. Memory: a chunk and a batch.
 */
export function* formBatches(requests: Iterable<Schedule>, batching: Batching, shard: Shard): Iterable<Schedule> {
  const batch = new OpenBatch(batching);
  let formed = 0;
  const release = (out: Chunk, releaseMs: number): void => {
    if (formed++ % shard.of === shard.index) out.add(batch, releaseMs);
    batch.rows = 0;
  };
  for (const { rows, seq, dueMs, payload } of requests) {
    const out = new Chunk(batch.rows + rows);
    for (let i = 0; i < rows; i++) {
      const due = dueMs[i] as number;
      if (batch.rows > 0 && due > batch.lastMs) release(out, batch.lastMs);
      batch.add(seq[i] as number, due, payload[i] as number);
      if (batch.rows === batching.size) release(out, due);
    }
    if (out.rows > 0) yield out;
  }
  const out = new Chunk(batch.rows);
  if (batch.rows > 0) release(out, batch.lastMs);
  if (out.rows > 0) yield out;
}

/** The batch that requests still join. */
class OpenBatch {
  rows = 0;
  readonly seq: Uint32Array;
  readonly dueMs: Float64Array;
  readonly payload: Uint32Array;
  readonly #waitMs: number;

  constructor({ size, waitMs }: Batching) {
    this.seq = new Uint32Array(size);
    this.dueMs = new Float64Array(size);
    this.payload = new Uint32Array(size);
    this.#waitMs = waitMs;
  }

  /** Until when its oldest request waits. */
  get lastMs(): number {
    return (this.dueMs[0] as number) + this.#waitMs;
  }

  add(seq: number, dueMs: number, payload: number): void {
    this.seq[this.rows] = seq;
    this.dueMs[this.rows] = dueMs;
    this.payload[this.rows] = payload;
    this.rows++;
  }
}

class Chunk implements Schedule {
  rows = 0;
  readonly seq: Uint32Array;
  readonly dueMs: Float64Array;
  readonly payload: Uint32Array;
  readonly releaseMs: Float64Array;
  readonly invocation: Uint32Array;

  constructor(capacity: number) {
    this.seq = new Uint32Array(capacity);
    this.dueMs = new Float64Array(capacity);
    this.payload = new Uint32Array(capacity);
    this.releaseMs = new Float64Array(capacity);
    this.invocation = new Uint32Array(capacity);
  }

  add({ rows, seq, dueMs, payload }: OpenBatch, releaseMs: number): void {
    const from = this.rows;
    this.rows += rows;
    this.seq.set(seq.subarray(0, rows), from);
    this.dueMs.set(dueMs.subarray(0, rows), from);
    this.payload.set(payload.subarray(0, rows), from);
    this.releaseMs.fill(releaseMs, from, this.rows);
    this.invocation.fill(seq[0] as number, from, this.rows);
  }
}
