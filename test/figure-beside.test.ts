import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { figureBeside, figureOf } from '#src/metric';
import { judge } from '#src/gate/judge-thresholds';
import { parseThresholds } from '#src/gate/parse-threshold';

const MONEY_OR_TIME = ['ms', 'money', 'quantity'] as const;

describe('two figures side by side', () => {
  it('look different where they are, and only then have more digits than six', () => {
    const value = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
    const near = fc.double({ min: -1e-6, max: 1e-6, noNaN: true });
    fc.assert(
      fc.property(value, near, fc.constantFrom(...MONEY_OR_TIME), (a, by, unit) => {
        const b = a * (1 + by);
        const [left, right] = [figureBeside(a, b, unit), figureBeside(b, a, unit)];
        expect(left === right).toBe(a === b);
        if (figureOf(a, unit) !== figureOf(b, unit))
          expect([left, right]).toEqual([figureOf(a, unit), figureOf(b, unit)]);
      }),
    );
  });

  it.each([
    ['all.p(99)<=80ms', 80.000_000_1, '80.0000001ms is above 80ms'],
    ['all.p(99)<80ms', 80, '80ms is not below 80ms'],
    ['all.p(99)<80ms', 81.25, '81.25ms is not below 80ms'],
    ['success>=99.99999%', 0.999_999_89, '99.999989% is below 99.99999%'],
  ])('%s of %d: %s', (text, value, why) => {
    const [threshold] = parseThresholds([text]);
    expect(judge(threshold ?? expect.fail(), { value }).why).toBe(why);
  });
});
