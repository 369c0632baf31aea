import { UserError } from '../errors.js';
import { ln } from './ln.js';
import { fnv1a64, mix64, splitmix64 } from './splitmix64.js';

/**
 * Seeded randomness as an argument. The same seed and the same calls give the same bits on every platform and engine.
 * Not for secrets.
 */
export interface Random {
  /** Uniform in [0, 1): a multiple of 2^-53, all equally likely. */
  uniform(): number;
  /** Exponential with mean 1, in [0, 36.8]: -ln((k + 1) / 2^53) for k uniform on the 53-bit integers. */
  exponential(): number;
  /** Fills the array with what as many calls of `exponential` would return, several times faster. */
  fillExponentials(into: Float64Array): void;
  /** Normal with mean 0 and variance 1. */
  normal(): number;
  /** A uniform integer in [0, n), without bias; n is an integer in [1, 2^53]. */
  below(n: number): number;
  /**
   * An independent stream, named by a label. It depends on this stream's seed and the label only, never on how much
   * was drawn, so a stage may draw more without moving another; the same label twice is the same stream twice.
   */
  split(label: string): Random;
}

/** A stream for a seed: a non-negative safe integer, or any text (a text of digits is that integer). Throws `UserError`. */
export function seededRandom(seed: number | string): Random {
  return new Xoshiro128(keyOf(seed));
}

function keyOf(seed: number | string): bigint {
  if (typeof seed === 'string' && !/^(0|[1-9]\d{0,15})$/.test(seed)) return fnv1a64(seed);
  const number = Number(seed);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new UserError('seed: give a whole number from 0 to 9007199254740991, or a text');
  return BigInt(number);
}

/** The four words of state that a key gives; never all zero in practice (2^-128), which would be a fixed point. */
function stateOf(key: bigint): Int32Array {
  const [first = 0n, second = 0n] = splitmix64(key, 2);
  return Int32Array.from([first, first >> 32n, second, second >> 32n], (word) => Number(BigInt.asIntN(32, word)));
}

/**
 * xoshiro128** of Blackman and Vigna, "Scrambled linear pseudorandom number generators" (ACM TOMS 47, 2021): period
 * 2^128 - 1, 32-bit integers only, which is what engines do fast and exactly.
 */
class Xoshiro128 implements Random {
  readonly #key: bigint;
  readonly #state: Int32Array;

  constructor(key: bigint) {
    this.#key = key;
    this.#state = stateOf(key);
  }

  uniform(): number {
    return nextInteger(this.#state) / TWO_TO_53;
  }

  exponential(): number {
    return -ln((nextInteger(this.#state) + 1) / TWO_TO_53);
  }

  fillExponentials(into: Float64Array): void {
    fillExponentials(this.#state, into);
  }

  /** Marsaglia's polar method (SIAM Review 6, 1964). Its second value is dropped: keeping it would make calls depend on history. */
  normal(): number {
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * ln(square)) / square);
    }
  }

  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > TWO_TO_53)
      throw new RangeError(`below: ${String(n)} is no integer in [1, 2^53]`);
    // Values of the last, incomplete run of n would favour small results, so they are drawn again.
    const whole = TWO_TO_53 - (TWO_TO_53 % n);
    for (;;) {
      const integer = nextInteger(this.#state);
      if (integer < whole) return integer % n;
    }
  }

  split(label: string): Random {
    return new Xoshiro128(mix64(this.#key ^ mix64(fnv1a64(label))));
  }
}

/** Uniform in [0, 2^53): 27 high bits of one word, 26 of the next. */
function nextInteger(state: Int32Array): number {
  const high = nextWord(state) >>> 5;
  return high * TWO_TO_26 + (nextWord(state) >>> 6);
}

/** One step: the next word as int32, and the state moved on. Exported for the test against the published sequence. */
export function nextWord(state: Int32Array): number {
  const s1 = state[1] as number;
  const five = Math.imul(s1, 5);
  const word = Math.imul((five << 7) | (five >>> 25), 9);
  const x2 = (state[2] as number) ^ (state[0] as number);
  const x3 = (state[3] as number) ^ s1;
  state[0] = (state[0] as number) ^ x3;
  state[1] = s1 ^ x2;
  state[2] = x2 ^ (s1 << 9);
  state[3] = (x3 << 11) | (x3 >>> 21);
  return word;
}

/** The loop under every arrival process, so two steps of the generator are written out over local variables. */
function fillExponentials(state: Int32Array, into: Float64Array): void {
  let s0 = state[0] as number;
  let s1 = state[1] as number;
  let s2 = state[2] as number;
  let s3 = state[3] as number;
  for (let i = 0; i < into.length; i++) {
    const fiveA = Math.imul(s1, 5);
    let x2 = s2 ^ s0;
    let x3 = s3 ^ s1;
    s2 = x2 ^ (s1 << 9);
    s0 ^= x3;
    s1 ^= x2;
    s3 = (x3 << 11) | (x3 >>> 21);
    const fiveB = Math.imul(s1, 5);
    x2 = s2 ^ s0;
    x3 = s3 ^ s1;
    s2 = x2 ^ (s1 << 9);
    s0 ^= x3;
    s1 ^= x2;
    s3 = (x3 << 11) | (x3 >>> 21);
    const high = Math.imul((fiveA << 7) | (fiveA >>> 25), 9) >>> 5;
    const low = Math.imul((fiveB << 7) | (fiveB >>> 25), 9) >>> 6;
    into[i] = -ln((high * TWO_TO_26 + low + 1) / TWO_TO_53);
  }
  state.set([s0, s1, s2, s3]);
}

// Written out: ECMAScript leaves the last bit of `**` to the engine. Dividing by a power of two is exact.
const TWO_TO_26 = 67108864;
const TWO_TO_53 = 9007199254740992;
