import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Group } from '#src/compare/comparison';
import { parseFailRule } from '#src/compare/fail-rule';
import { judge } from '#src/compare/judge';
import type { RunFacts } from '#src/compare/run-facts';

const METRIC = 'all.p(99)';
const RULE = parseFailRule(`${METRIC}>+10%`);

interface Bounded {
  readonly low: number;
  readonly high: number;
}

/** Five runs whose value lies somewhere between two; `standing`: valid runs have the value `low`. */
function group(label: string, values: readonly Bounded[], standing: 'valid' | 'invalid'): Group {
  const measured = values.map(({ low, high }, i) => ({
    id: `${label}-${String(i)}`,
    standing,
    series: null,
    values: { [METRIC]: standing === 'valid' ? low : (low + high) / 2 },
    bounds: standing === 'valid' ? {} : { [METRIC]: { low, high } },
  })) as unknown as readonly RunFacts[];
  const counted = standing === 'valid' ? measured : [];
  return { label, workload: 'w', model: null, measured, counted, withinRun: null } as unknown as Group;
}

const exactly = (values: readonly number[]): Bounded[] => values.map((value) => ({ low: value, high: value }));
const five = (least: number, most: number) =>
  fc.array(fc.integer({ min: least, max: most }), { minLength: 5, maxLength: 5 });
/** Five runs that differ by a few ms and whose bounds are as wide, somewhere around `middle`. */
const around = (middle: number) =>
  fc.array(
    fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 20 })).map(([more, width]) => ({
      low: middle + more,
      high: middle + more + width,
    })),
    { minLength: 5, maxLength: 5 },
  );

describe('a comparison that has to count INVALID runs', () => {
  it('answers as valid runs do where our own share was nothing', () => {
    fc.assert(
      fc.property(five(50, 300), five(50, 300), (before, after) => {
        const valid = judge(RULE, group('b', exactly(after), 'valid'), group('a', exactly(before), 'valid'));
        const invalid = judge(RULE, group('b', exactly(after), 'invalid'), group('a', exactly(before), 'invalid'));
        expect(invalid.verdict).toBe(valid.verdict);
        expect(invalid.why).toContain('with 10 INVALID runs');
      }),
    );
  });

  it('is undecided exactly where valid runs at one end of the bounds are a regression, and at the other are none', () => {
    const verdictOf = (before: readonly number[], after: readonly number[]): string =>
      judge(RULE, group('b', exactly(after), 'valid'), group('a', exactly(before), 'valid')).verdict;
    const lows = (all: readonly Bounded[]): number[] => all.map(({ low }) => low);
    const highs = (all: readonly Bounded[]): number[] => all.map(({ high }) => high);
    const seen = new Set<string>();
    fc.assert(
      fc.property(around(100), fc.integer({ min: 40, max: 160 }).chain(around), (before, after) => {
        const mild = verdictOf(highs(before), lows(after));
        const harsh = verdictOf(lows(before), highs(after));
        const { verdict } = judge(RULE, group('b', after, 'invalid'), group('a', before, 'invalid'));
        seen.add(verdict);
        if (mild === 'regression') expect(verdict).toBe('regression');
        else expect(verdict).toBe(harsh === 'regression' ? 'undecided' : harsh);
      }),
      { numRuns: 150 },
    );
    expect([...seen]).toEqual(expect.arrayContaining(['undecided', 'regression', 'better']));
  });

  it('says what the answer hangs on', () => {
    const before = exactly([100, 101, 99, 100, 100]);
    const after = [100, 101, 99, 100, 102].map((low) => ({ low, high: low + 50 }));
    const { verdict, why } = judge(RULE, group('b', after, 'invalid'), group('a', before, 'valid'));
    expect(verdict).toBe('undecided');
    expect(why).toMatch(/^with 5 INVALID runs, our own share could turn the answer: at least .+; at most .+/);
  });

  it('refuses fewer than five, and runs without bounds', () => {
    const before = group('a', exactly([100, 101, 99, 100, 100]), 'valid');
    const few = group('b', exactly([100, 100, 100, 100]), 'invalid');
    expect(() => judge(RULE, few, before)).toThrow(/b has 0 valid runs of w; --fail-if needs at least 5/);
    const unbounded = group('b', exactly([1, 2, 3, 4, 5]), 'invalid');
    const measured = unbounded.measured.map((run) => ({ ...run, bounds: {} }));
    expect(() => judge(RULE, { ...unbounded, measured }, before)).toThrow(/needs at least 5/);
  });
});
