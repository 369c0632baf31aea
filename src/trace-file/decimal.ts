/** A number as JSON allows it. */
export const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** A number as spreadsheets, databases and shells also write it: `007`, `.5`, `5.`, `+5`. */
export const PLAIN_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const ZERO = 48;
const POINT = 46;

/** Up to 15 digits make an integer that a double holds exactly. */
const EXACT_DIGITS = 15;
/** Powers of ten that a double holds exactly. */
const TEN_TO = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${String(exponent)}`));

/**
 * The decimal number in ASCII `bytes[start, end)` times 10^shift (|shift| <= 6), correctly rounded: the same double as
 * `Number(text + 'e' + shift)`. NaN where the text does not have the form of `grammar`.
 *
 * Few digits and no exponent, which is nearly always, need one exact integer and one correctly rounded division or
 * product of exact doubles (W. D. Clinger, How to Read Floating Point Numbers Accurately, 1990); the rest goes through `Number`.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number, shift: number, grammar: RegExp): number {
  let digits = 0;
  let point = -1;
  for (let i = start; i < end; i++) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit >= 0 && digit <= 9) digits = digits * 10 + digit;
    else if (digit === POINT - ZERO && point < 0) point = i;
    else return parseSlowly(bytes, start, end, shift, grammar);
  }
  const whole = (point < 0 ? end : point) - start;
  const decimals = point < 0 ? 0 : end - point - 1;
  const leadingZero = whole > 1 && bytes[start] === ZERO;
  const plain = whole > 0 && decimals !== (point < 0 ? -1 : 0) && !leadingZero;
  if (!plain || whole + decimals > EXACT_DIGITS) return parseSlowly(bytes, start, end, shift, grammar);
  const exponent = shift - decimals;
  return exponent < 0 ? digits / (TEN_TO[-exponent] as number) : digits * (TEN_TO[exponent] as number);
}

/** The same for a text. */
export function decimalOf(text: string, shift: number, grammar: RegExp): number {
  if (!grammar.test(text)) return NaN;
  if (shift === 0) return Number(text);
  const [digits = '', exponent = '0'] = text.split(/e/i);
  const bounded = Math.max(-1e6, Math.min(1e6, Number(exponent))); // beyond, it is 0 or Infinity anyway
  return Number(`${digits}e${String(bounded + shift)}`);
}

function parseSlowly(bytes: Uint8Array, start: number, end: number, shift: number, grammar: RegExp): number {
  return decimalOf(String.fromCharCode(...bytes.subarray(start, end)), shift, grammar);
}
