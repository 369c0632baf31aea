import type { Stamp } from './stamp.js';

/** Units of a number that counts time, as powers of ten of a second. */
const UNIT_EXPONENT = { s: 0, ms: -3, us: -6, ns: -9 } as const;
export type CountUnit = keyof typeof UNIT_EXPONENT;

const ZERO = 48;
/** A number of this many digits is exact in a double. */
const EXACT_DIGITS = 15;
const TEN_TO = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/** 3.2e11 s are 10,000 years. */
const MOST_SEC = 3.2e11;

/**
 * Reads a decimal number in `bytes[from, to)` that counts time in `unit`, such as epoch seconds with a fraction: whole ns, rounded
 * half up beyond them. Negative numbers are read. False: it is no number, or not finite.
 */
export function readCount(bytes: Uint8Array, from: number, to: number, unit: CountUnit, out: Stamp): boolean {
  let whole = 0;
  let fraction = 0;
  let decimals = -1;
  let count = 0;
  for (let i = from; i < to; i++) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (decimals < 0) {
        whole = whole * 10 + digit;
        count++;
      } else {
        if (decimals < 9) fraction = fraction * 10 + digit;
        decimals++;
      }
    } else if (digit === -2 && decimals < 0) decimals = 0;
    else return readSlowly(bytes, from, to, unit, out);
  }
  const atMost = 9 + UNIT_EXPONENT[unit];
  if (count === 0 || count > EXACT_DIGITS || decimals > atMost) return readSlowly(bytes, from, to, unit, out);
  return put(whole, Math.max(0, decimals), fraction, unit, out);
}

/** `whole` and `fraction` of so few digits that all below is exact. */
function put(whole: number, decimals: number, fraction: number, unit: CountUnit, out: Stamp): boolean {
  const perSec = TEN_TO[-UNIT_EXPONENT[unit]] as number;
  const nsPerUnit = 1e9 / perSec;
  const sec = Math.floor(whole / perSec);
  if (sec > MOST_SEC) return false;
  out.sec = sec;
  out.ns = (whole - sec * perSec) * nsPerUnit + fraction * (nsPerUnit / (TEN_TO[decimals] as number));
  out.zoned = true;
  return true;
}

const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,3}))?$/;

/** Long numbers, signs and exponents, by whole numbers of any size. */
function readSlowly(bytes: Uint8Array, from: number, to: number, unit: CountUnit, out: Stamp): boolean {
  if (to - from > 60) return false;
  const text = String.fromCharCode(...bytes.subarray(from, to));
  const [matched, sign, whole = '', decimals = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (matched === undefined || whole + decimals === '') return false;
  const shift = Number(exponent) + UNIT_EXPONENT[unit] + 9 - decimals.length;
  if (shift > 40) return false;
  const digits = BigInt(whole + decimals) * (sign === '-' ? -1n : 1n);
  const ns = shift >= 0 ? digits * 10n ** BigInt(shift) : rounded(digits, 10n ** BigInt(-shift));
  const sec = floorDiv(ns, 1_000_000_000n);
  if (sec > BigInt(MOST_SEC) || sec < -BigInt(MOST_SEC)) return false;
  out.sec = Number(sec);
  out.ns = Number(ns - sec * 1_000_000_000n);
  out.zoned = true;
  return true;
}

function rounded(a: bigint, b: bigint): bigint {
  return floorDiv(2n * a + b, 2n * b);
}

function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b < 0n ? q - 1n : q;
}

/** The unit of a number that counts from 1970, by its size; undefined where it cannot be such a number (before 1973, after 5138). */
export function epochUnit(value: number): CountUnit | undefined {
  const size = Math.abs(value);
  if (size < 1e8) return undefined;
  if (size < 1e11) return 's';
  if (size < 1e14) return 'ms';
  if (size < 1e17) return 'us';
  return size < 1e20 ? 'ns' : undefined;
}
