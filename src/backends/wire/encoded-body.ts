import * as zlib from 'node:zlib';
import { BrotliDecompress, Inflate, InflateRaw, Unzip, ZstdDecompress } from 'minizlib';
import { messageOf, printable } from '../../errors.js';
import type { BodyReader } from './body-reader.js';
import type { RulesReader } from './body-rules.js';

/** What is decompressed at once: of gzip that is at most 4 MB. */
const STEP_BYTES = 4096;

type Coding = 'gzip' | 'deflate' | 'br' | 'zstd';
const CODINGS: Readonly<Record<string, Coding>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  br: 'br',
  zstd: 'zstd',
};

/** Whether the value of a Content-Encoding field says that something was done to the body. */
export function isEncoded(contentEncoding: string): boolean {
  return !/^(?:identity)?$/i.test(contentEncoding.trim());
}

/** A reader that hands on what the body of an answer decompresses to, in small steps and at most `limitBytes` of it. */
export class EncodedBody implements BodyReader {
  readonly #reader: RulesReader;
  readonly #coding: Coding | undefined;
  readonly #name: string;
  readonly #limitBytes: number;
  #decompressor: Decompressor | undefined;
  #bytes = 0;
  #problem: string | null = null;

  constructor(contentEncoding: string, limitBytes: number, reader: RulesReader) {
    this.#name = printable(contentEncoding.trim().toLowerCase(), 40);
    this.#coding = CODINGS[this.#name];
    this.#limitBytes = limitBytes;
    this.#reader = reader;
  }

  take(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to && this.#reads; at += STEP_BYTES) {
      const step = Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(STEP_BYTES, to - at));
      this.#decompressor ??= this.#open(step);
      // It may keep what it is given until the next step, when these bytes are another read's.
      this.#decompressor?.write(Buffer.from(step));
    }
  }

  end(): string | null {
    if (this.#reads) this.#decompressor?.end();
    this.#decompressor?.close();
    return this.#problem ?? this.#reader.end();
  }

  get #reads(): boolean {
    return this.#problem === null && !this.#reader.decided;
  }

  #open(first: Uint8Array): Decompressor | undefined {
    const decompressor = this.#coding && decompressorOf(this.#coding, first, this.#limitBytes);
    if (decompressor === undefined) {
      this.#problem = `its Content-Encoding ${this.#name} cannot be undone here; ask for gzip, deflate or br`;
      return undefined;
    }
    decompressor.on('data', (piece: Uint8Array) => {
      this.#decompressed(piece);
    });
    decompressor.on('error', (error: unknown) => {
      this.#problem ??= isOverLimit(error) ? this.#overLimit() : `it is no valid ${this.#name}: ${messageOf(error)}`;
    });
    return decompressor;
  }

  #decompressed(piece: Uint8Array): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#limitBytes) this.#problem ??= this.#overLimit();
    else this.#reader.take(piece, 0, piece.length);
  }

  #overLimit(): string {
    return `the body decompresses to more than ${String(this.#limitBytes)} bytes`;
  }
}

type Decompressor = BrotliDecompress | Inflate | InflateRaw | Unzip | ZstdDecompress;

/** `deflate` is zlib's format (RFC 9110, section 8.4.1.2), but some servers send it without the header, which begins with an 8. */
function decompressorOf(coding: Coding, first: Uint8Array, limitBytes: number): Decompressor | undefined {
  // The limit is an option of Node's zlib, which the types of the library leave out; no flush is its default.
  const options = { flush: 0, maxOutputLength: limitBytes };
  // Node has it from 22.15 on.
  if (coding === 'zstd') return 'createZstdDecompress' in zlib ? new ZstdDecompress(options) : undefined;
  if (coding === 'br') return new BrotliDecompress(options);
  if (coding === 'gzip') return new Unzip(options);
  return ((first[0] ?? 0) & 15) === 8 ? new Inflate(options) : new InflateRaw(options);
}

function isOverLimit(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
