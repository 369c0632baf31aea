import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDurationMs, parseLengthMs, parseRatePerSecond, parseSpeed } from '#src/text/quantities';

const UNITS = {
  us: [0.001, 'us', 'µs', 'usec'],
  ms: [1, 'ms', 'msec', 'milliseconds'],
  s: [1000, 's', 'sec', 'seconds'],
  m: [60_000, 'm', 'min', 'minutes'],
  h: [3_600_000, 'h', 'hr', 'hours'],
  d: [86_400_000, 'd', 'days'],
} as const;
const spelled = fc
  .constantFrom(...Object.values(UNITS))
  .chain(([ms, ...names]) => fc.record({ ms: fc.constant(ms), name: fc.constantFrom(...names) }));

describe('a duration', () => {
  it('is the sum of amounts in any spelling of their units', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(999), spelled, fc.constantFrom('', ' ')), { minLength: 1, maxLength: 4 }),
        (parts) => {
          const text = parts.map(([amount, { name }, space]) => `${String(amount)}${space}${name}`).join(' ');
          const expected = parts.reduce((sum, [amount, { ms }]) => sum + amount * ms, 0);
          expect(parseDurationMs(text)).toBeCloseTo(expected, 6);
        },
      ),
    );
  });

  it('without a unit is refused whatever the number, and 0 is 0', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 1 }), fc.double({ min: 0.001, max: 1e6, noNaN: true })), (number) => {
        const text = number.toFixed(3);
        expect(() => parseDurationMs(text)).toThrow(`say the unit: ${text}s or ${text}ms`);
      }),
    );
    for (const zero of ['0', ' 0 ', '0.0', '0s', '0ms']) expect(parseDurationMs(zero)).toBe(0);
    expect(() => parseLengthMs('0')).toThrow('above 0');
  });

  it.each([
    '1m30',
    '30 s 5',
    '1M',
    's',
    '',
    '-1s',
    '1e3s',
    '1..5s',
    '5 parsecs',
    '1s,2s',
    '٣s',
    'Infinity',
    '1s'.repeat(2) + 'x',
  ])('%j is none', (text) => {
    expect(() => parseDurationMs(text)).toThrow('give a duration such as');
  });

  it('names its limit', () => {
    expect(() => parseDurationMs(`${'9'.repeat(400)}s`)).toThrow('at most');
  });
});

describe('a rate', () => {
  it.each([
    ...(
      [
        '50',
        '50/s',
        '50rps',
        '50qps',
        '50 rps',
        '50/sec',
        '50/second',
        '50req/s',
        '50 requests/s',
        '50/1s',
        '50 per second',
        '50Hz',
      ] as const
    ).map((text) => [text, 50] as const),
    ...([
      ['1k/s', 1000],
      ['1.5k', 1500],
      ['2M/s', 2e6],
      ['3000/m', 50],
      ['3000rpm', 50],
      ['3000/min', 50],
      ['180000/hour', 50],
      ['5/100ms', 50],
      ['1e3/s', 1000],
      ['.5/s', 0.5],
    ] as const),
  ])('%j is %d a second', (text, perSecond) => {
    expect(parseRatePerSecond(text)).toBeCloseTo(perSecond, 9);
  });

  it.each(['0', '0/s', '-5/s', 'abc', '50ps', '5/', '/s', '50/parsec', '', '5/0s', 'NaN'])('%j is none', (text) => {
    expect(() => parseRatePerSecond(text)).toThrow('give a rate above 0');
  });

  it.each(['1e9/s', '2e9', '1000M/s', '1e400'])('%j is above the limit, which is named', (text) => {
    expect(() => parseRatePerSecond(text)).toThrow('below 1000000000/s');
  });
});

it('a speed names its limit too', () => {
  expect([parseSpeed('2x'), parseSpeed('.5'), parseSpeed('3')]).toEqual([2, 0.5, 3]);
  expect(() => parseSpeed('0x')).toThrow('above 0');
  expect(() => parseSpeed('1e9')).toThrow('above 0');
  expect(() => parseSpeed('10000000x')).toThrow('at most 1000000x');
});
