import { describe, expect, test } from 'vitest';
import {
  differenceInterval,
  meanInterval,
  pairedInterval,
  relativeInterval,
  type Interval,
} from '#src/compare/intervals';
import { studentT } from '#src/compare/student-t';
import { generate } from '#src/generator/generate';
import { parseRecipe } from '#src/generator/parse-recipe';
import { seededRandom, type Random } from '#src/generator/random';

test('Student t has the closed forms of 1, 2 and 4 degrees of freedom, the tables of others, and the normal at the end', () => {
  for (const level of [0.5, 0.9, 0.95, 0.99, 0.999]) {
    const x = level ** 2;
    expect(studentT(level, 1)).toBeCloseTo(Math.tan((Math.PI * level) / 2), 6);
    expect(studentT(level, 2)).toBeCloseTo(Math.sqrt((2 * x) / (1 - x)), 8);
    const t = studentT(level, 4);
    const s = t / Math.sqrt(4 + t * t);
    expect((3 * s - s ** 3) / 2).toBeCloseTo(level, 10);
  }
  expect(studentT(0.95, 8)).toBeCloseTo(2.306004, 6);
  expect(studentT(0.95, 30)).toBeCloseTo(2.042272, 6);
  expect(studentT(0.95, 1e7)).toBeCloseTo(1.959964, 5);
});

test('Welch as in his own numbers: equal groups have 2n - 2 degrees of freedom, one of no spread leaves those of the other', () => {
  const [a, b] = [[1, 2, 3, 4, 5], [3, 4, 5, 6, 7]]; // prettier-ignore
  const half = studentT(0.95, 8) * Math.sqrt(2.5 / 5 + 2.5 / 5);
  expect(differenceInterval(a, b)).toEqual({ value: 2, low: 2 - half, high: 2 + half });
  const alone = studentT(0.95, 4) * Math.sqrt(2.5 / 5);
  expect(differenceInterval([9, 9, 9], b).high).toBeCloseTo(-4 + alone, 12);
});

test('too few runs, endless ones and equal ones', () => {
  expect(meanInterval([7])).toEqual({ value: 7, low: null, high: null });
  expect(meanInterval([])).toMatchObject({ low: null, high: null });
  expect(meanInterval([0.1, 0.1, 0.1])).toMatchObject({ low: meanInterval([0.1, 0.1, 0.1]).value });
  expect(differenceInterval([1, 2], [3, Infinity])).toEqual({ value: Infinity, low: null, high: null });
  expect(relativeInterval([1, Infinity], [3, 4], false).value).toBeNaN();
  expect(relativeInterval([0, 0], [3, 4], false).value).toBeNaN();
});

test('the interval of a relative change moves with the unit: factors change nothing', () => {
  const [a, b] = [[10, 12, 11, 13], [14, 15, 13, 16]]; // prettier-ignore
  for (const paired of [true, false]) {
    const one = relativeInterval(a, b, paired);
    const same = relativeInterval(a.map((x) => x * 1000), b.map((x) => x * 1000), paired); // prettier-ignore
    for (const end of ['value', 'low', 'high'] as const) expect(same[end]).toBeCloseTo(one[end] ?? NaN, 10);
    expect(one.low).toBeLessThan(one.value);
    expect(one.high).toBeGreaterThan(one.value);
  }
});

describe('95 % intervals of differences between repeated runs', () => {
  const pairs = Array.from({ length: 500 }, (_, i) => simulatedPair(i));
  const all = pairs.flat();
  const mean = (of: (one: Repeat) => number): number => all.reduce((sum, one) => sum + of(one), 0) / all.length;

  test.each(['mean', 'p99'] as const)(
    'cover 90 to 98 %% of 500 pairs of systems under MMPP bursts: %s',
    (statistic) => {
      const [a, b] = [mean((one) => one.a[statistic]), mean((one) => one.b[statistic])];
      const covered = (interval: (a: number[], b: number[]) => Interval, truth: number, other: 'b' | 'apart'): number =>
        pairs.filter((pair) => {
          const { low, high } = interval(pair.map((one) => one.a[statistic]), pair.map((one) => one[other][statistic])); // prettier-ignore
          return low !== null && high !== null && low <= truth && truth <= high;
        }).length / pairs.length;
      const shares = {
        welch: covered(differenceInterval, b - a, 'apart'),
        paired: covered(pairedInterval, b - a, 'b'),
        relativeWelch: covered((x, y) => relativeInterval(x, y, false), b / a - 1, 'apart'),
        relativePaired: covered((x, y) => relativeInterval(x, y, true), b / a - 1, 'b'),
      };
      for (const [name, share] of Object.entries(shares)) {
        expect(share, name).toBeGreaterThanOrEqual(0.9);
        expect(share, name).toBeLessThanOrEqual(0.98);
      }
    },
  );
});

const REPEATS = 6;

interface Numbers {
  readonly mean: number;
  readonly p99: number;
}

/** Two systems under one draw of the arrivals, and the second under a draw of its own. */
interface Repeat {
  readonly a: Numbers;
  readonly b: Numbers;
  readonly apart: Numbers;
}

function simulatedPair(index: number): Repeat[] {
  return Array.from({ length: REPEATS }, (_, i) => {
    const seed = index * REPEATS + i;
    const random = seededRandom(`pair ${String(seed)}`);
    const dueMs = arrivals(2 * seed);
    return {
      a: queue(dueMs, 60, random.split('a')),
      b: queue(dueMs, 66, random.split('b')),
      apart: queue(arrivals(2 * seed + 1), 66, random.split('apart')),
    };
  });
}

function arrivals(seed: number): number[] {
  const recipe = parseRecipe({ process: 'mmpp', durationMs: 12_000, seed, rates: [10, 40], sojournMs: [500, 500], mode: 'free' }); // prettier-ignore
  return [...generate(recipe).chunks].flatMap((chunk) => [...chunk]);
}

const SERVERS = 3;

/** First come, first served by three servers with exponential times: response mean and p99, ms. */
function queue(dueMs: readonly number[], serviceMs: number, random: Random): Numbers {
  const freeMs = new Float64Array(SERVERS);
  const responses = new Float64Array(dueMs.length);
  for (const [i, due] of dueMs.entries()) {
    let first = 0;
    for (let server = 1; server < SERVERS; server++)
      if ((freeMs[server] as number) < (freeMs[first] as number)) first = server;
    freeMs[first] = Math.max(due, freeMs[first] as number) + random.exponential() * serviceMs;
    responses[i] = (freeMs[first] as number) - due;
  }
  responses.sort();
  const mean = responses.reduce((sum, ms) => sum + ms, 0) / responses.length;
  return { mean, p99: responses[Math.ceil(responses.length * 0.99) - 1] as number };
}
