import { exp } from '#src/generator/exp';
import { ln } from '#src/generator/ln';
import { nextWord, seededRandom } from '#src/generator/random';
import { fnv1a64, mix64, splitmix64 } from '#src/generator/splitmix64';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kolmogorov, mean, variance, zOfMean } from './statistics.js';

const bits = new BigInt64Array(1);
const double = new Float64Array(bits.buffer);

/** Doubles between two numbers of one sign, in units in the last place. */
function ulps(a: number, b: number): number {
  double[0] = a;
  const first = bits[0] ?? 0n;
  double[0] = b;
  return Math.abs(Number(first - (bits[0] ?? 0n)));
}

describe('published sequences', () => {
  it('xoshiro128** from the state 1, 2, 3, 4', () => {
    const state = Int32Array.of(1, 2, 3, 4);
    const words = Array.from({ length: 10 }, () => nextWord(state) >>> 0);
    expect(words).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
    expect(Array.from(state, (word) => word >>> 0)).toEqual([939045227, 1864939416, 1451579149, 2199351389]);
  });

  it('splitmix64 from the key 1234567', () => {
    expect(splitmix64(1234567n, 5)).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
      16408922859458223821n,
    ]);
  });

  it('FNV-1a of its test texts', () => {
    expect(fnv1a64('')).toBe(0xcbf29ce484222325n);
    expect(fnv1a64('a')).toBe(0xaf63dc4c8601ec8cn);
    expect(fnv1a64('foobar')).toBe(0x85944171f73967e8n);
  });

  it('mix64 flips about half the bits for each bit of input', () => {
    const ones = (word: bigint) => word.toString(2).replaceAll('0', '').length;
    const flips = Array.from({ length: 64 }, (_, bit) => ones(mix64(12345n) ^ mix64(12345n ^ (1n << BigInt(bit)))));
    expect(Math.min(...flips)).toBeGreaterThan(14);
    expect(mean(flips)).toBeCloseTo(32, -1);
  });
});

describe('ln and exp', () => {
  it('ln is within 1 ulp of Math.log, over all magnitudes and near 1', () => {
    const random = seededRandom('ln');
    let worst = 0;
    for (let i = 0; i < 200_000; i++) {
      for (const x of [10 ** (600 * (random.uniform() - 0.5)), 0.5 + 1.5 * random.uniform(), random.uniform()]) {
        if (x > 0) worst = Math.max(worst, ulps(ln(x), Math.log(x)));
      }
    }
    expect(worst).toBeLessThanOrEqual(1);
  });

  it('exp is within 1 ulp of Math.exp, and 2 where the result is subnormal', () => {
    const random = seededRandom('exp');
    let worst = 0;
    for (let i = 0; i < 200_000; i++) {
      for (const x of [1416 * (random.uniform() - 0.5), 2 * random.uniform() - 1])
        worst = Math.max(worst, ulps(exp(x), Math.exp(x)));
    }
    expect(worst).toBeLessThanOrEqual(1);
    fc.assert(fc.property(fc.double({ min: -745, max: -708, noNaN: true }), (x) => ulps(exp(x), Math.exp(x)) <= 2));
  });

  it('knows the ends of the range', () => {
    expect([ln(1), ln(0), ln(-1), ln(NaN), ln(Infinity)]).toEqual([0, -Infinity, NaN, NaN, Infinity]);
    expect(ulps(ln(5e-324), Math.log(5e-324))).toBeLessThanOrEqual(1);
    expect(ulps(ln(Number.MAX_VALUE), Math.log(Number.MAX_VALUE))).toBeLessThanOrEqual(1);
    expect([exp(0), exp(-Infinity), exp(-800), exp(Infinity), exp(710), exp(NaN)]).toEqual([
      1,
      0,
      0,
      Infinity,
      Infinity,
      NaN,
    ]);
    expect(ulps(exp(709.7), Math.exp(709.7))).toBeLessThanOrEqual(1);
  });

  it('undo each other', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -700, max: 700, noNaN: true }),
        (x) => Math.abs(ln(exp(x)) - x) <= 1e-15 + 2e-16 * Math.abs(x) * 2,
      ),
    );
  });
});

describe('laws of the draws', () => {
  const draws = <T>(count: number, draw: () => T) => Array.from({ length: count }, draw);

  it('uniform is uniform in [0, 1), its pairs on the square', () => {
    const random = seededRandom(1);
    const values = draws(100_000, () => random.uniform());
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(kolmogorov(values)).toBeLessThan(1.95);
    const cells = new Float64Array(1024);
    for (let i = 0; i + 1 < values.length; i += 2) {
      const cell = Math.floor((values[i] ?? 0) * 32) * 32 + Math.floor((values[i + 1] ?? 0) * 32);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    const chiSquare = cells.reduce((sum, count) => sum + (count - 50_000 / 1024) ** 2 / (50_000 / 1024), 0);
    expect(Math.abs(chiSquare - 1023) / Math.sqrt(2 * 1023)).toBeLessThan(4);
  });

  it('exponential has the exponential law', () => {
    const random = seededRandom(2);
    const values = draws(100_000, () => random.exponential());
    expect(kolmogorov(values.map((value) => 1 - Math.exp(-value)))).toBeLessThan(1.95);
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(0);
  });

  it('fillExponentials is as many calls of exponential', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat(40), { maxLength: 5 }), (seed, lengths) => {
        const [one, many] = [seededRandom(seed), seededRandom(seed)];
        for (const length of lengths) {
          const block = new Float64Array(length);
          many.fillExponentials(block);
          expect(Array.from(block)).toEqual(draws(length, () => one.exponential()));
        }
        expect(many.uniform()).toBe(one.uniform());
      }),
    );
  });

  it('normal has the moments of the normal law, up to the fourth', () => {
    const random = seededRandom(3);
    const values = draws(200_000, () => random.normal());
    for (const [power, expected] of [
      [1, 0],
      [2, 1],
      [3, 0],
      [4, 3],
    ] as const) {
      expect(
        Math.abs(
          zOfMean(
            values.map((value) => value ** power),
            expected,
          ),
        ),
      ).toBeLessThan(4);
    }
  });

  it('below covers [0, n) evenly, also where n does not divide the range', () => {
    const random = seededRandom(4);
    const counts = new Float64Array(7);
    for (let i = 0; i < 70_000; i++) {
      const value = random.below(7);
      counts[value] = (counts[value] ?? NaN) + 1;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(22.5); // 6 degrees of freedom, 0.999
    // n just above half the range: without the redraw, results below 2^53 - n would be twice as likely.
    const n = 0.75 * 2 ** 53;
    const low = draws(20_000, () => (random.below(n) < 2 ** 53 - n ? 1 : 0));
    expect(Math.abs(zOfMean(low, 1 / 3))).toBeLessThan(4);
    expect(() => random.below(0)).toThrow(RangeError);
    expect(() => random.below(1.5)).toThrow(RangeError);
  });
});

describe('seeds and splits', () => {
  const head = (random: { uniform(): number }) => [random.uniform(), random.uniform(), random.uniform()];

  it('a split depends on seed and label only, not on what was drawn', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), fc.nat(20), (seed, label, drawn) => {
        const [fresh, used] = [seededRandom(seed), seededRandom(seed)];
        for (let i = 0; i < drawn; i++) used.normal();
        expect(head(used.split(label))).toEqual(head(fresh.split(label)));
      }),
    );
  });

  it('different labels, orders and seeds give different streams', () => {
    const root = seededRandom(1);
    const streams = [
      root,
      root.split(''),
      root.split('a'),
      root.split('b'),
      root.split('a').split('b'),
      root.split('b').split('a'),
      root.split('ab'),
      seededRandom(2),
      seededRandom('one'),
    ];
    expect(new Set(streams.map((stream) => stream.uniform())).size).toBe(streams.length);
  });

  it('streams of neighbouring seeds and labels are uncorrelated', () => {
    const first = (seed: number) => seededRandom(seed).uniform() - 0.5;
    const neighbours = Array.from({ length: 5000 }, (_, seed) => 12 * first(seed) * first(seed + 1));
    expect(Math.abs(zOfMean(neighbours, 0))).toBeLessThan(4);
    const [path, arrivals] = [seededRandom(7).split('path'), seededRandom(7).split('arrivals')];
    const pairs = Array.from({ length: 50_000 }, () => (path.exponential() - 1) * (arrivals.exponential() - 1));
    expect(Math.abs(zOfMean(pairs, 0))).toBeLessThan(4);
    expect(variance(pairs)).toBeGreaterThan(0.5);
  });

  it('takes digits in a text as the number, and refuses other numbers', () => {
    expect(seededRandom('42').uniform()).toBe(seededRandom(42).uniform());
    expect(seededRandom('042').uniform()).not.toBe(seededRandom(42).uniform());
    for (const seed of [-1, 0.5, NaN, 2 ** 53]) expect(() => seededRandom(seed)).toThrow(/^seed: /);
  });
});
