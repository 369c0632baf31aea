/**
 * The generator of Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014), with the
 * finaliser of Vigna's splitmix64.c. Turns a 64-bit key into well-mixed 64-bit words; slow (BigInt), for seeding only.
 */
export function splitmix64(key: bigint, words: number): readonly bigint[] {
  return Array.from({ length: words }, (_, i) => mix64(key + BigInt(i + 1) * GOLDEN_GAMMA));
}

/** A bijection of 64-bit words in which every input bit flips about half of the output bits. */
export function mix64(word: bigint): bigint {
  const once = BigInt.asUintN(64, (asWord(word) ^ (asWord(word) >> 30n)) * 0xbf58476d1ce4e5b9n);
  const twice = BigInt.asUintN(64, (once ^ (once >> 27n)) * 0x94d049bb133111ebn);
  return twice ^ (twice >> 31n);
}

/** FNV-1a (Fowler, Noll, Vo) over the UTF-8 bytes of a text, 64 bits. */
export function fnv1a64(text: string): bigint {
  return new TextEncoder()
    .encode(text)
    .reduce((hash, byte) => asWord((hash ^ BigInt(byte)) * 0x100000001b3n), 0xcbf29ce484222325n);
}

function asWord(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

const GOLDEN_GAMMA = 0x9e3779b97f4a7c15n;
