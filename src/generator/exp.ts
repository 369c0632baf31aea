import { LN2_HIGH, LN2_LOW } from './ln.js';

/**
 * e to the power of `x`, within 1 ulp (2 where the result is subnormal), from operations that IEEE 754 fixes to the
 * last bit; see `ln` for why. NaN for NaN, Infinity from 709.79, 0 below -745.14.
 *
 * Method: x = k ln 2 + r with |r| <= ln(2)/2, and the Taylor series of e^r, cut where it leaves 2^-57.
 */
export function exp(x: number): number {
  if (!(x > -746 && x < 710)) return x < 0 ? 0 : x + Infinity;
  const k = Math.floor(x * INVERSE_LN2 + 0.5);
  const near = x - k * LN2_HIGH;
  const lost = k * LN2_LOW;
  const r = near - lost;
  // What rounding took from r is given back before the 1 is added, else it costs up to an ulp.
  const correction = near - r - lost;
  let sum = 0;
  for (let n = INVERSE_FACTORIALS.length - 1; n >= 0; n--) sum = sum * r + (INVERSE_FACTORIALS[n] as number);
  const power = 1 + (r + (r * r * sum + correction * (1 + r)));
  return scaled(power, k);
}

/** `power` times 2^k in two steps, since 2^k alone may be out of range. */
function scaled(power: number, k: number): number {
  const first = k >> 1;
  return power * twoToThe(first) * twoToThe(k - first);
}

/** 2^k for |k| <= 1022. */
function twoToThe(k: number): number {
  halves[HIGH] = (k + 1023) << 20;
  return word[0] as number;
}

const INVERSE_LN2 = 1.4426950408889634;

/** 1/2!, 1/3!, ..., 1/14!: every factorial here is exact, so each quotient is correctly rounded. */
const INVERSE_FACTORIALS = Float64Array.from(
  [2, 6, 24, 120, 720, 5040, 40320, 362880, 3628800, 39916800, 479001600, 6227020800, 87178291200],
  (factorial) => 1 / factorial,
);

const word = new Float64Array(1);
const halves = new Int32Array(word.buffer);
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
