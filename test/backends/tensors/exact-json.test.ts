import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactNumber, parseExactJson } from '#src/backends/tensors/exact-json';
import { jsonStructure, READS_NON_FINITE, strictReader } from '#src/backends/tensors/json-body';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('JSON without rounding', () => {
  it('is what JSON.parse gives, where its numbers are read as doubles', () => {
    const spaced = fc.tuple(fc.jsonValue(), fc.constantFrom('', ' ', '\t', '\n  '));
    fc.assert(
      fc.property(spaced, ([value, space]) => {
        const text = JSON.stringify(value, null, space);
        expect(parseExactJson(text, Number)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses just what JSON.parse refuses, but for NaN and Infinity', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '0',
      '.5',
      'e3',
      'true',
      'nul',
      ' ',
      '\u00a0',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (some) => {
        const text = some.join('');
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expect(() => parseExactJson(text, Number)).toThrow(/^it is no JSON: /);
          return;
        }
        expect(parseExactJson(text, Number)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps every digit of an integer and every sign', () => {
    fc.assert(
      fc.property(fc.bigInt(), (integer) => {
        const read = parseExactJson(String(integer), exactNumber);
        expect(BigInt(read as bigint | number)).toBe(integer);
      }),
    );
    const text = '[-0.0, 1e2, NaN, -NaN, Infinity, -Inf, 9007199254740993]';
    expect(parseExactJson(text, exactNumber)).toEqual([-0, 100, NaN, NaN, Infinity, -Infinity, 9007199254740993n]);
  });

  it.each([
    ['1e999', /larger than a 64-bit float/],
    ['['.repeat(600), /nested more than 512/],
  ])('refuses what a double cannot hold, and endless nesting: %.10s', (text, message) => {
    expect(() => parseExactJson(text, exactNumber)).toThrow(message);
  });
});

describe('the structure of a body', () => {
  it('is known with NaN in it, which a strict service is never sent', () => {
    const text = '{"NaN\\"": [NaN, -Infinity, "NaN", "\\\\", Inf]}';
    expect(jsonStructure(bytes(text), READS_NON_FINITE)).toEqual({ 'NaN"': [0, 0, 'NaN', '\\', 0] });
    expect(() => jsonStructure(bytes(text), strictReader('it is strict'))).toThrow(/NaN or Infinity.*: it is strict$/);
    expect(jsonStructure(bytes('{"a": "NaN"}'), strictReader(''))).toEqual({ a: 'NaN' });
    for (const broken of ['{"a": NaN', '[NaN1]', 'NaN NaN'])
      expect(() => jsonStructure(bytes(broken), READS_NON_FINITE)).toThrow(/^it is no JSON: /);
  });
});
