import { UserError } from '#src/errors';
import type { ArrivalProcess } from '#src/generator/arrival-process';
import { justBelow } from '#src/generator/arrival-process';
import { scaleTime, superpose, thin } from '#src/generator/combine';
import { constant } from '#src/generator/constant';
import { gamma } from '#src/generator/gamma';
import { mmpp } from '#src/generator/mmpp';
import { uniformJumps } from '#src/generator/mmpp-model';
import { piecewise, type RatePoint } from '#src/generator/piecewise';
import { poisson } from '#src/generator/poisson';
import { seededRandom, type Random } from '#src/generator/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsPer, dispersionZ, gathered, kolmogorov, mean, variance, zOfMean, zOfRatio } from './statistics.js';

const rate = fc.double({ min: 0.01, max: 20_000, noNaN: true });
const points = fc
  .array(fc.tuple(fc.nat(3000), fc.double({ min: 0, max: 5000, noNaN: true })), { minLength: 1, maxLength: 6 })
  .map((list): RatePoint[] => list.sort((a, b) => a[0] - b[0]))
  .filter((list) => list.some(([, perSecond]) => perSecond > 0));
const simple: fc.Arbitrary<ArrivalProcess> = fc.oneof(
  rate.map(constant),
  rate.map(poisson),
  fc.tuple(rate, fc.double({ min: 0.01, max: 1000, noNaN: true })).map(([perSecond, scv]) => gamma(perSecond, scv)),
  points.map(piecewise),
  fc
    .tuple(rate, rate, fc.double({ min: 1, max: 5000, noNaN: true }))
    .map(([a, b, sojournMs]) => mmpp(uniformJumps([a, b, 0], sojournMs))),
  fc
    .tuple(rate, fc.nat(20_000))
    .map(([a, count]) => mmpp(uniformJumps([a], 1000), { mode: 'conditioned', count: Math.min(count, Math.ceil(a)) })),
);
const anyProcess = fc.oneof(
  simple,
  fc.tuple(simple, fc.double({ min: 0.05, max: 1, noNaN: true })).map(([process, keep]) => thin(process, keep)),
  fc
    .tuple(simple, fc.double({ min: 0.1, max: 10, noNaN: true }))
    .map(([process, factor]) => scaleTime(process, factor)),
  fc.array(simple, { minLength: 1, maxLength: 4 }).map(superpose),
);

/** Conditioned processes may be asked for a count that is out of reach: fast-check then tries another case. */
function arrivalsOrSkip(process: ArrivalProcess, random: Random, durationMs: number): Iterable<Float64Array> {
  try {
    return process.arrivals(random, durationMs);
  } catch (error) {
    fc.pre(!(error instanceof UserError && error.message.startsWith('count: ')));
    throw error;
  }
}

describe('every process', () => {
  it('gives sorted times in the window, in chunks of 1 to 8192, twice the same', () => {
    fc.assert(
      fc.property(anyProcess, fc.nat(), fc.double({ min: 1, max: 2000, noNaN: true }), (process, seed, durationMs) => {
        const open = () => [...arrivalsOrSkip(process, seededRandom(seed), durationMs)];
        const chunks = open();
        for (const chunk of chunks) expect(chunk.length > 0 && chunk.length <= 8192).toBe(true);
        const times = gathered(chunks);
        expect(times.every((atMs, i) => atMs >= (times[i - 1] ?? 0) && atMs < durationMs)).toBe(true);
        expect(gathered(open())).toEqual(times);
      }),
      { numRuns: 150 },
    );
  });

  it('draws nothing from the stream it is given', () => {
    fc.assert(
      fc.property(simple, fc.nat(), (process, seed) => {
        const random = seededRandom(seed);
        gathered(arrivalsOrSkip(process, random, 50));
        expect(random.uniform()).toBe(seededRandom(seed).uniform());
      }),
      { numRuns: 50 },
    );
  });

  it('has the mean that it states', () => {
    const processes = [
      constant(333),
      poisson(100),
      gamma(100, 4),
      gamma(100, 0.2),
      thin(poisson(400), 0.25),
      scaleTime(poisson(300), 3),
      superpose([poisson(60), gamma(40, 2)]),
      mmpp(uniformJumps([10, 200, 90], 40)),
      mmpp(uniformJumps([10, 200], 40), {
        mode: 'pinned',
        path: [
          { state: 0, durationMs: 9000 },
          { state: 1, durationMs: 1000 },
        ],
      }),
      piecewise([
        [0, 0],
        [4000, 400],
        [10_000, 100],
      ]),
    ];
    for (const process of processes) {
      const counts = Array.from(
        { length: 60 },
        (_, seed) => gathered(process.arrivals(seededRandom(seed), 10_000)).length,
      );
      const expected = process.meanPerSecond * 10;
      expect(Math.abs(mean(counts) - expected), process.name).toBeLessThan(4 * Math.sqrt(variance(counts) / 60) + 1e-9);
    }
  });

  it('justBelow is the next double', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        const below = justBelow(x);
        expect(below).toBeLessThan(x);
        const between = below + (x - below) / 2;
        expect(between === below || between === x).toBe(true);
      }),
    );
  });
});

describe('constant', () => {
  it('puts arrival i at i * 1000 / rate, however many there are', () => {
    fc.assert(
      fc.property(rate, fc.double({ min: 1, max: 3000, noNaN: true }), (perSecond, durationMs) => {
        const times = gathered(constant(perSecond).arrivals(seededRandom(0), durationMs));
        expect(times.every((atMs, i) => atMs === (i * 1000) / perSecond)).toBe(true);
        expect((times.length * 1000) / perSecond).toBeGreaterThanOrEqual(durationMs);
      }),
      { numRuns: 50 },
    );
  });
});

describe('poisson', () => {
  it('is a Poisson process: exponential gaps, Poisson counts, uniform times', () => {
    const times = gathered(poisson(500).arrivals(seededRandom(5), 200_000));
    const gaps = times.map((atMs, i) => atMs - (times[i - 1] ?? 0));
    expect(kolmogorov(gaps.map((gapMs) => 1 - Math.exp(-gapMs / 2)))).toBeLessThan(1.95);
    expect(kolmogorov(times.map((atMs) => atMs / 200_000))).toBeLessThan(1.95);
    expect(Math.abs(dispersionZ(countsPer(times, 20, 200_000)))).toBeLessThan(4);
    const products = Array.from(gaps.subarray(1), (gapMs, i) => (gapMs / 2 - 1) * ((gaps[i] ?? NaN) / 2 - 1));
    expect(Math.abs(zOfMean(products, 0))).toBeLessThan(4);
  });

  it('does not depend on how long the window is', () => {
    const long = gathered(poisson(800).arrivals(seededRandom(9), 30_000));
    const short = gathered(poisson(800).arrivals(seededRandom(9), 12_345));
    expect(Array.from(short)).toEqual(Array.from(long.filter((atMs) => atMs < 12_345)));
  });
});

describe('gamma', () => {
  it.each([0.1, 0.5, 1, 4, 20])('has gaps of the mean and SCV %d, independent of each other', (scv) => {
    const [counts, squares] = [[] as number[], [] as number[]];
    const products: number[] = [];
    for (let seed = 0; seed < 50; seed++) {
      const times = gathered(gamma(100, scv).arrivals(seededRandom(seed), 50_000));
      const gaps = Array.from(times.subarray(1), (atMs, i) => (atMs - (times[i] ?? NaN)) / 10);
      counts.push(gaps.length);
      squares.push(gaps.reduce((sum, gap) => sum + gap * gap, 0));
      for (let i = 1; i < gaps.length; i += 2) products.push(((gaps[i] ?? NaN) - 1) * ((gaps[i - 1] ?? NaN) - 1));
    }
    expect(Math.abs(zOfRatio(squares, counts, scv + 1))).toBeLessThan(4);
    expect(Math.abs(zOfMean(products, 0))).toBeLessThan(4);
  });

  it('with SCV 1 is exponential, with SCV 1/2 Erlang of two phases', () => {
    const gapsOf = (scv: number) => {
      const times = gathered(gamma(1000, scv).arrivals(seededRandom(11), 20_000));
      return times.map((atMs, i) => atMs - (times[i - 1] ?? 0)).subarray(1);
    };
    expect(kolmogorov(gapsOf(1).map((gapMs) => 1 - Math.exp(-gapMs)))).toBeLessThan(1.95);
    expect(kolmogorov(gapsOf(0.5).map((gapMs) => 1 - Math.exp(-2 * gapMs) * (1 + 2 * gapMs)))).toBeLessThan(1.95);
  });

  it.each([0.05, 9])('starts stationary with SCV %d: as many arrivals at once as later', (scv) => {
    const early = Array.from({ length: 4000 }, (_, seed) =>
      countsPer(gathered(gamma(20, scv).arrivals(seededRandom(seed), 500)), 50, 500),
    );
    for (const window of [0, 1, 9])
      expect(
        Math.abs(
          zOfMean(
            early.map((counts) => counts[window] ?? NaN),
            1,
          ),
        ),
      ).toBeLessThan(4);
  });
});

describe('piecewise', () => {
  const curve: readonly RatePoint[] = [
    [1000, 50],
    [5000, 400],
    [5000, 100],
    [8000, 0],
    [9000, 0],
    [12_000, 300],
  ];

  /** The area under the curve, by the trapezoid rule on a fine grid: independent of how the process computes it. */
  function areaUntil(atMs: number): number {
    const rateAt = (t: number) => {
      if (t < 1000) return 50;
      if (t < 5000) return 50 + ((t - 1000) * 350) / 4000;
      if (t < 8000) return 100 - ((t - 5000) * 100) / 3000;
      if (t < 9000) return 0;
      return t < 12_000 ? (t - 9000) / 10 : 300;
    };
    const corners = [0, 1000, 4999.999999999, 5000, 8000, 9000, 12_000, atMs]
      .filter((t) => t <= atMs)
      .sort((a, b) => a - b);
    return corners
      .slice(1)
      .reduce(
        (sum, to, i) => sum + ((to - (corners[i] ?? 0)) * (rateAt(corners[i] ?? 0) + rateAt(to - 1e-9))) / 2000,
        0,
      );
  }

  it('is a Poisson process of rate 1 in the area under its curve', () => {
    const areas: number[] = [];
    const counts: number[] = [];
    for (let seed = 0; seed < 60; seed++) {
      const times = gathered(piecewise(curve).arrivals(seededRandom(seed), 14_000));
      expect(times.some((atMs) => atMs > 8000 && atMs < 9000)).toBe(false);
      areas.push(...Array.from(times, areaUntil));
      counts.push(times.length);
    }
    const total = areaUntil(14_000);
    expect(total).toBeCloseTo(50 + 900 + 150 + 450 + 600, 4);
    expect(kolmogorov(areas.map((area) => area / total))).toBeLessThan(1.95);
    expect(Math.abs(mean(counts) - total)).toBeLessThan(4 * Math.sqrt(total / counts.length));
    expect(Math.abs(dispersionZ(counts))).toBeLessThan(4);
  });

  it('with a level curve is the Poisson process itself', () => {
    const level = gathered(piecewise([[0, 250]]).arrivals(seededRandom(3), 10_000));
    expect(level).toEqual(gathered(poisson(250).arrivals(seededRandom(3), 10_000)));
    expect(piecewise([[500, 250]]).meanPerSecond).toBe(250);
  });

  it('a slope cut into pieces is the same slope', () => {
    const whole = gathered(
      piecewise([
        [0, 10],
        [10_000, 500],
      ]).arrivals(seededRandom(3), 10_000),
    );
    const cut = gathered(
      piecewise([
        [0, 10],
        [2500, 132.5],
        [7000, 353],
        [10_000, 500],
      ]).arrivals(seededRandom(3), 10_000),
    );
    expect(cut.length).toBe(whole.length);
    expect(whole.every((atMs, i) => Math.abs(atMs - (cut[i] ?? NaN)) < 1e-6)).toBe(true);
  });
});

describe('combinations', () => {
  it('superposed Poisson processes are a Poisson process of the summed rate', () => {
    const times = gathered(superpose([poisson(100), poisson(250), poisson(50)]).arrivals(seededRandom(21), 250_000));
    expect(Math.abs(times.length - 100_000)).toBeLessThan(4 * Math.sqrt(100_000));
    expect(Math.abs(dispersionZ(countsPer(times, 25, 250_000)))).toBeLessThan(4);
    const gaps = times.map((atMs, i) => atMs - (times[i - 1] ?? 0));
    expect(kolmogorov(gaps.map((gapMs) => 1 - Math.exp(-gapMs / 2.5)))).toBeLessThan(1.95);
  });

  it('a superposition holds each arrival of its parts once', () => {
    fc.assert(
      fc.property(fc.array(simple, { minLength: 1, maxLength: 4 }), fc.nat(), (processes, seed) => {
        const parts = processes.flatMap((process, i) => [
          ...gathered(arrivalsOrSkip(process, seededRandom(seed).split(`superposed ${String(i)}`), 300)),
        ]);
        expect(Array.from(gathered(superpose(processes).arrivals(seededRandom(seed), 300)))).toEqual(
          parts.sort((a, b) => a - b),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('the same process twice is two independent ones', () => {
    const [first = 0, second = 0] = gathered(superpose([poisson(1000), poisson(1000)]).arrivals(seededRandom(1), 100));
    expect(first).not.toBe(second);
  });

  it('thinning keeps a part of the very same arrivals, Poisson again, and splits into independent halves', () => {
    const source = poisson(2000);
    const all = gathered(source.arrivals(seededRandom(31), 50_000));
    const kept = gathered(thin(source, 0.3).arrivals(seededRandom(31), 50_000));
    const known = new Set(all);
    expect(kept.every((atMs) => known.has(atMs))).toBe(true);
    expect(Math.abs(kept.length - 0.3 * all.length)).toBeLessThan(4 * Math.sqrt(0.21 * all.length));
    const keptCounts = countsPer(kept, 10, 50_000);
    expect(Math.abs(dispersionZ(keptCounts))).toBeLessThan(4);
    const restCounts = countsPer(all, 10, 50_000).map((count, i) => count - (keptCounts[i] ?? NaN));
    const products = Array.from(keptCounts, (count, i) => (count - 6) * ((restCounts[i] ?? NaN) - 14));
    expect(Math.abs(zOfMean(products, 0))).toBeLessThan(4);
  });

  it('thinning with 1 and scaling by 1 change nothing; scaling multiplies times', () => {
    const source = mmpp(uniformJumps([100, 1000], 50));
    const plain = gathered(source.arrivals(seededRandom(1), 5000));
    expect(gathered(thin(source, 1).arrivals(seededRandom(1), 5000))).toEqual(plain);
    expect(gathered(scaleTime(source, 1).arrivals(seededRandom(1), 5000))).toEqual(plain);
    expect(gathered(scaleTime(source, 4).arrivals(seededRandom(1), 20_000))).toEqual(plain.map((atMs) => 4 * atMs));
  });
});
