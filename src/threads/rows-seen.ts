import type { SampleBlock } from '../sample.js';
import type { WorkerOrder } from './messages.js';

/** Which requests of a worker have a row: should it die, the others get theirs from us. One bit for each. */
export class RowsSeen {
  /** A shard is a stride of the trace; its batches are not. */
  readonly #stride: number;
  readonly #bits: Uint8Array;

  /** `count`: of the whole trace. */
  constructor({ shard, window }: Pick<WorkerOrder, 'shard' | 'window'>, count: number) {
    this.#stride = window.batching === undefined ? shard.of : 1;
    // The system gives memory as it is written.
    this.#bits = new Uint8Array(Math.ceil(count / this.#stride / 8));
  }

  add({ rows, seq }: Pick<SampleBlock, 'rows' | 'seq'>): void {
    const bits = this.#bits;
    for (let i = 0; i < rows; i++) {
      const place = this.#placeOf(seq[i] as number);
      bits[place >>> 3] = (bits[place >>> 3] as number) | (1 << (place & 7));
    }
  }

  has(seq: number): boolean {
    const place = this.#placeOf(seq);
    return ((this.#bits[place >>> 3] as number) & (1 << (place & 7))) !== 0;
  }

  #placeOf(seq: number): number {
    return Math.floor(seq / this.#stride);
  }
}
