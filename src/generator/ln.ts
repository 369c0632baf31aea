/**
 * The natural logarithm of `x`, within 1 ulp, from operations that IEEE 754 fixes to the last bit. `Math.log` is
 * left to each engine by ECMAScript, so a trace made with it could differ between machines.
 * NaN for negative `x` and NaN, -Infinity for 0.
 *
 * Method: x = 2^k m with m in [sqrt(1/2), sqrt(2)); with f = m - 1, s = f / (2 + f) and z = s^2,
 * ln m = 2 artanh s = f - f^2/2 + s (f^2/2 + R), R = 2 (z/3 + z^2/5 + ...), cut where z <= 0.0295 leaves 2^-58.
 */
export function ln(x: number): number {
  if (!(x >= SMALLEST_NORMAL && x <= Number.MAX_VALUE)) return lnUncommon(x);
  word[0] = x;
  const high = halves[HIGH] as number;
  const upper = (high & 0xfffff) > SQRT2_MANTISSA ? 1 : 0;
  const k = (high >>> 20) - 1023 + upper;
  // A product, not a store to `halves`: reading a double whose half was just written stalls the processor.
  const f = x * (TWO_TO_MINUS[k + 1022] as number) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const z2 = z * z;
  const z4 = z2 * z2;
  // Pairs first: the multiplications then run side by side instead of each waiting for the one before.
  const low = 2 / 3 + (2 / 5) * z + (2 / 7 + (2 / 9) * z) * z2;
  const middle = 2 / 11 + (2 / 13) * z + (2 / 15 + (2 / 17) * z) * z2;
  const rest = z * (low + z4 * (middle + z4 * (2 / 19 + (2 / 21) * z)));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + rest) + k * LN2_LOW) - f);
}

function lnUncommon(x: number): number {
  if (x === 0) return -Infinity;
  if (x > 0 && x < SMALLEST_NORMAL) return ln(x * TWO_TO_54) - 54 * LN2_LOW - 54 * LN2_HIGH;
  return x > 0 ? x : NaN;
}

/** ln 2 in two parts: the first has 32 bits, so that its product with an exponent is exact. */
export const LN2_HIGH = 2977044471 / 4294967296;
export const LN2_LOW = 1.9082149292705877e-10;

// Powers of two are written out: ECMAScript leaves `**` to the engine as well.
const SMALLEST_NORMAL = 2.2250738585072014e-308;
const TWO_TO_54 = 18014398509481984;
const SQRT2_MANTISSA = 0x6a09e;

/** 2^-k for k = -1022, ..., 1024, made by exact halving. */
const TWO_TO_MINUS = new Float64Array(2047);
for (let k = 1022, power = 1; k >= 0; k--, power *= 2) TWO_TO_MINUS[k] = power;
for (let k = 1023, power = 0.5; k < 2047; k++, power /= 2) TWO_TO_MINUS[k] = power;

const word = new Float64Array(1);
const halves = new Int32Array(word.buffer);
/** Where the half with sign and exponent lies: 1 on little-endian machines. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
