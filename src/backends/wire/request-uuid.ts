import { randomFillSync } from 'node:crypto';

/** Random bits of a run, from which the UUIDs of its requests are made: four unsigned 32-bit numbers. */
export type UuidKey = readonly [number, number, number, number];

export const UUID_LENGTH = 36;

export function randomUuidKey(): UuidKey {
  const [a = 0, b = 0, c = 0, d = 0] = randomFillSync(new Uint32Array(4));
  return [a, b, c, d];
}

/** The UUID of a request, version 4 in form (RFC 9562). Those of two requests of a run differ in the first 8 digits already. */
export function uuidOf(key: UuidKey, seq: number): string {
  const bytes = Buffer.alloc(UUID_LENGTH);
  writeUuid(bytes, 0, key, seq);
  return bytes.toString('latin1');
}

/** Writes its 36 characters without making a text. */
export function writeUuid(bytes: Uint8Array, at: number, [a, b, c, d]: UuidKey, seq: number): void {
  const second = (scrambled(seq ^ b) & 0xffff0fff) | 0x4000;
  const third = (scrambled(seq ^ c) & 0x3fffffff) | 0x80000000;
  writeHex(bytes, at, scrambled(seq ^ a), 8);
  bytes[at + 8] = DASH;
  writeHex(bytes, at + 9, second >>> 16, 4);
  bytes[at + 13] = DASH;
  writeHex(bytes, at + 14, second, 4);
  bytes[at + 18] = DASH;
  writeHex(bytes, at + 19, third >>> 16, 4);
  bytes[at + 23] = DASH;
  writeHex(bytes, at + 24, third, 4);
  writeHex(bytes, at + 28, scrambled(seq ^ d), 8);
}

/** A permutation of the 32-bit numbers in which each bit moves all others (the finisher of MurmurHash3). */
function scrambled(bits: number): number {
  let mixed = bits | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

const DASH = 45;
const HEX = Buffer.from('0123456789abcdef', 'latin1');

function writeHex(bytes: Uint8Array, at: number, bits: number, digits: number): void {
  let rest = bits;
  for (let i = at + digits - 1; i >= at; i--) {
    bytes[i] = HEX[rest & 15] as number;
    rest >>>= 4;
  }
}
