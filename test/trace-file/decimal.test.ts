import fc from 'fast-check';
import { expect, it } from 'vitest';
import { JSON_NUMBER, parseDecimal, PLAIN_NUMBER } from '#src/trace-file/decimal';

const digits = (min: number, max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
const shifts = fc.constantFrom(0, 3, -3, -6);

function parse(text: string, shift: number, grammar: RegExp): number {
  const around = Buffer.from(`9${text}9`); // what stands beside the token must not matter
  return parseDecimal(around, 1, around.length - 1, shift, grammar);
}

it('is the double that Number makes of the same decimal, in every unit', () => {
  const decimals = fc
    .tuple(digits(1, 20), digits(0, 20))
    .map(([whole, part]) => (part === '' ? whole : `${whole}.${part}`));
  fc.assert(
    fc.property(decimals, shifts, (text, shift) => {
      expect(Object.is(parse(text, shift, PLAIN_NUMBER), Number(`${text}e${String(shift)}`))).toBe(true);
    }),
    { numRuns: 5000 },
  );
});

it('carries an exponent over to the unit, however great', () => {
  const exponents = fc.integer({ min: -400, max: 400 });
  fc.assert(
    fc.property(digits(1, 18), exponents, shifts, (text, exponent, shift) => {
      const expected = Number(`${text}e${String(exponent + shift)}`);
      expect(Object.is(parse(`${text}E${String(exponent)}`, shift, PLAIN_NUMBER), expected)).toBe(true);
    }),
    { numRuns: 1000 },
  );
  expect(parse('1e999999999999999999999999', 3, JSON_NUMBER)).toBe(Infinity);
  expect(parse('1e-999999999999999999999999', -3, JSON_NUMBER)).toBe(0);
});

it('takes a token for a number exactly when JSON.parse does', () => {
  const tokens = fc.string({ unit: fc.constantFrom(...'00123459.-+eE'), minLength: 0, maxLength: 7 });
  fc.assert(
    fc.property(tokens, (text) => {
      expect(Object.is(parse(text, 0, JSON_NUMBER), parsedByJson(text))).toBe(true);
    }),
    { numRuns: 5000 },
  );
});

function parsedByJson(text: string): number {
  try {
    return JSON.parse(text) as number;
  } catch {
    return NaN;
  }
}
