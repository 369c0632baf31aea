import type { SampleBatch } from '../sample.js';
import type { WorkerOrder } from './messages.js';

/** Which requests of a worker have a row: should it die, the others get theirs from us. One bit for each. */
export class RowsSeen {
  /** A shard is a stride of the trace; its batches are not. */
  readonly #stride: number;
  #bits = new Uint8Array(256);

  constructor({ shard, window }: Pick<WorkerOrder, 'shard' | 'window'>) {
    this.#stride = window.batching === undefined ? shard.of : 1;
  }

  add({ rows, seq }: Pick<SampleBatch, 'rows' | 'seq'>): void {
    for (let i = 0; i < rows; i++) this.#mark(this.#placeOf(seq[i] as number));
  }

  has(seq: number): boolean {
    const place = this.#placeOf(seq);
    return ((this.#bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
  }

  #placeOf(seq: number): number {
    return Math.floor(seq / this.#stride);
  }

  #mark(place: number): void {
    const byte = place >> 3;
    if (byte >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(byte + 1, this.#bits.length * 2));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    this.#bits[byte] = (this.#bits[byte] as number) | (1 << (place & 7));
  }
}
