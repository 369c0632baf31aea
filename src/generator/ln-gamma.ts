import { ln } from './ln.js';

/**
 * ln of the gamma function for x > 0, within about 1e-14 of its size (or of 1), from operations that IEEE 754 fixes to the last bit.
 * Lanczos's approximation with g = 7 and nine terms (coefficients of Godfrey, 2001).
 */
export function lnGamma(x: number): number {
  if (x < 1) return lnGamma(x + 1) - ln(x);
  let sum = COEFFICIENTS[0] as number;
  for (let i = 1; i < COEFFICIENTS.length; i++) sum += (COEFFICIENTS[i] as number) / (x - 1 + i);
  const base = x + 6.5;
  return LN_ROOT_TWO_PI + (x - 0.5) * ln(base) - base + ln(sum);
}

const COEFFICIENTS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const LN_ROOT_TWO_PI = 0.9189385332046727;
