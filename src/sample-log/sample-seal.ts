import { crc32 } from 'node:zlib';
import { PREFIX_BYTES } from './arrow-messages.js';

/**
 * A checksum in the padding behind the metadata of each record batch, which Arrow leaves free: a mark of 4 bytes, then a
 * CRC-32, uint32. It goes on from the one before, and from the key of the run and what the log starts with, so that a block
 * that is lost, doubled, moved or of another run does not fit.
 */
const SEAL_BYTES = 8;
const MARK = Buffer.from('RSUM');
const CHECKSUM_BYTES = 4;

/** The head of a record batch (prefix and metadata) with room for a seal. */
export function withSealRoom(head: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(head.length + SEAL_BYTES);
  sealed.set(head);
  sealed.set(MARK, head.length);
  viewOf(sealed).setInt32(4, sealed.length - PREFIX_BYTES, true);
  return sealed;
}

/** The checksums of one log, block by block. */
export class SealChain {
  /** Of the last block; before the first, that of what the log starts with. */
  checksum: number;
  readonly #origin: Uint8Array;

  /** `key`: of the run. `start`: schema and dictionaries, as bytes. */
  constructor(key: string, start: Uint8Array) {
    this.checksum = crc32(start, crc32(key));
    this.#origin = Uint8Array.of(...[0, 8, 16, 24].map((shift) => (this.checksum >>> shift) & 255));
  }

  /** Writes the seal of the next record batch. */
  seal(block: Uint8Array): void {
    this.checksum = this.#checksumOf(block);
    const view = viewOf(block);
    view.setUint32(bodyFrom(view) - CHECKSUM_BYTES, this.checksum, true);
  }

  /** Whether the next record batch is the one that was sealed. If not, the one behind it may still be. */
  holds(block: Uint8Array): boolean {
    const view = viewOf(block);
    const expected = this.#checksumOf(block);
    this.checksum = view.getUint32(bodyFrom(view) - CHECKSUM_BYTES, true);
    return this.checksum === expected;
  }

  #checksumOf(block: Uint8Array): number {
    const from = bodyFrom(viewOf(block));
    const before = crc32(this.#origin, this.checksum);
    return crc32(block.subarray(from), crc32(block.subarray(0, from - CHECKSUM_BYTES), before));
  }
}

function bodyFrom(view: DataView): number {
  return PREFIX_BYTES + view.getInt32(4, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
