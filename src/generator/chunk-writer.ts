import { CHUNK_ARRIVALS } from './arrival-process.js';

/** Collects times into chunks: `push` returns the chunk that became full, `rest` what is left. */
export class ChunkWriter {
  #chunk = new Float64Array(CHUNK_ARRIVALS);
  #used = 0;

  /** Takes one time; returns a chunk when this time filled it. */
  push(atMs: number): Float64Array | undefined {
    this.#chunk[this.#used++] = atMs;
    if (this.#used < CHUNK_ARRIVALS) return undefined;
    const full = this.#chunk;
    this.#chunk = new Float64Array(CHUNK_ARRIVALS);
    this.#used = 0;
    return full;
  }

  /** What was taken since the last full chunk: no chunk or one. */
  rest(): readonly Float64Array[] {
    return this.#used === 0 ? [] : [this.#chunk.slice(0, this.#used)];
  }
}
