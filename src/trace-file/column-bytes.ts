import { closeSync } from 'node:fs';
import type { TraceColumns } from '../trace.js';
import { openSpool, readSpool, writeSpool } from './spool-file.js';

/** Where the blocks of all columns are put as they come: in memory at first, in a spool file when they are many. */
export class ColumnBytes {
  readonly #spoolDir: string;
  readonly #memoryBytes: number;
  #held: Uint8Array[] = [];
  #length = 0;
  #fd: number | undefined;

  /** Up to `memoryBytes` stay in memory. */
  constructor(spoolDir: string, memoryBytes: number) {
    this.#spoolDir = spoolDir;
    this.#memoryBytes = memoryBytes;
  }

  /** Keeps a block, whose length is a multiple of 8; returns where it begins and ends. */
  add(block: Uint8Array): readonly [from: number, to: number] {
    const at = this.#length;
    if (this.#fd === undefined && at + block.length > this.#memoryBytes) this.#moveToSpool();
    if (this.#fd === undefined) this.#held.push(block);
    else writeSpool(this.#fd, block, at);
    this.#length += block.length;
    return [at, this.#length];
  }

  /** From now on the bytes are the caller's. */
  finish(): TraceColumns['bytes'] {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) return { kind: 'file', fd };
    const bytes = new Uint8Array(new SharedArrayBuffer(this.#length));
    this.#held.reduce((at, block) => {
      bytes.set(block, at);
      return at + block.length;
    }, 0);
    this.#held = [];
    return { kind: 'memory', bytes };
  }

  discard(): void {
    this.#held = [];
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #moveToSpool(): void {
    const fd = openSpool(this.#spoolDir);
    this.#fd = fd;
    let at = 0;
    for (const block of this.#held) {
      writeSpool(fd, block, at);
      at += block.length;
    }
    this.#held = [];
  }
}

/** The bytes of the block that begins at `from` and ends at `to`. */
export function blockBytes(bytes: TraceColumns['bytes'], from: number, to: number): Uint8Array {
  if (bytes.kind === 'memory') return bytes.bytes.subarray(from, to);
  return new Uint8Array(readSpool(bytes.fd, to - from, from));
}
