import { deflateSync } from 'node:zlib';
import { MOST_NS } from './histogram.js';

/** V2, counts as zigzag LEB128; the second is that of the compressed form. */
const COOKIE = 0x1c849313;
const COMPRESSED_COOKIE = 0x1c849314;
const DIGITS = 3;
const HEAD_BYTES = 40;
/** Of a count, or of how many are 0. */
const MOST_BYTES = 8;

/** What deflating a few hundred bytes needs: the usual 256 KB for each interval would be most of the work. */
const SMALL = { windowBits: 12, memLevel: 5 };
const SMALL_BYTES = 4096;

/**
 * HdrHistogram's V2 encoding, compressed, base64, of counts by bucket (in the order of the buckets, each once): those of a
 * `LogHistogram` of 10 bits are HdrHistogram's of 3 digits. Without the library, which begins the counts at index 1: its
 * readers in C then move every value up by a bucket.
 */
export function hdrEncoding(counts: readonly (readonly [bucket: number, count: number])[]): string {
  const bytes = Buffer.alloc(HEAD_BYTES + 2 * MOST_BYTES * (counts.length + 1));
  const end = writeCounts(bytes, counts);
  bytes.writeInt32BE(COOKIE, 0);
  bytes.writeInt32BE(end - HEAD_BYTES, 4);
  // At 8 the index of the first count: 0.
  bytes.writeInt32BE(DIGITS, 12);
  bytes.writeBigInt64BE(1n, 16);
  bytes.writeBigInt64BE(BigInt(MOST_NS), 24);
  bytes.writeDoubleBE(1, 32);
  const compressed = deflateSync(bytes.subarray(0, end), end > SMALL_BYTES ? {} : SMALL);
  const head = Buffer.alloc(8);
  head.writeInt32BE(COMPRESSED_COOKIE, 0);
  head.writeInt32BE(compressed.length, 4);
  return Buffer.concat([head, compressed]).toString('base64');
}

/** A count as it is, several zeros in a row as minus their number. Returns the end. */
function writeCounts(bytes: Buffer, counts: readonly (readonly [bucket: number, count: number])[]): number {
  let at = HEAD_BYTES;
  let next = 0;
  for (const [bucket, count] of counts) {
    const zeros = bucket - next;
    if (zeros > 0) at = writeNumber(bytes, at, zeros === 1 ? 0 : -zeros);
    at = writeNumber(bytes, at, count);
    next = bucket + 1;
  }
  // Of an empty one, the first count.
  return next === 0 ? writeNumber(bytes, at, 0) : at;
}

function writeNumber(bytes: Buffer, from: number, value: number): number {
  let at = from;
  let left = value < 0 ? -2 * value - 1 : 2 * value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes[at++] = 128 + (left % 128);
  bytes[at++] = left;
  return at;
}
