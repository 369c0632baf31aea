import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elasticity, STEP } from '#src/predict/elasticity';
import { errorFactor, LEAST_FACTOR } from '#src/predict/error-factor';
import { shareOfWins } from '#src/predict/orders';
import { scaleArrivals } from '#src/predict/scale-arrivals';
import { quantile, spreadOf, widened, widenedShare } from '#src/predict/spread';
import { LAYERS } from '#src/predict/draw-plan';
import { drawSystem, within } from '#src/predict/draw-system';
import { marginalOf } from '#src/predict/batch-marginal';
import { carryModel } from '#src/predict/carry-model';
import { withTexts } from '#src/systems/with-texts';
import { readSystem } from '#src/systems/read-system';
import { choicesOf, parametersOf } from '#src/systems/vary-system';
import { seededRandom } from '#src/generator/random';

const values = fc.array(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 60 });

describe('a spread', () => {
  it('of 0, 1, ... 100 is 50 and 10 to 90, in any order', () => {
    const numbers = Array.from({ length: 101 }, (_, i) => (i * 37) % 101);
    expect(spreadOf(numbers)).toEqual({ median: 50, low: 10, high: 90 });
  });

  it('is that of an exponential law, within 4 standard errors of the quantile', () => {
    const random = seededRandom('quantiles');
    const n = 20_000;
    const drawn = Array.from({ length: n }, () => random.exponential());
    const spread = spreadOf(drawn);
    for (const [share, found] of [
      [0.1, spread.low],
      [0.5, spread.median],
      [0.9, spread.high],
    ] as const) {
      // sqrt(p (1 - p) / n) / density, and the density of the law at its quantile is 1 - p.
      const standardError = Math.sqrt((share * (1 - share)) / n) / (1 - share);
      expect(Math.abs((found ?? NaN) + Math.log(1 - share))).toBeLessThan(4 * standardError);
    }
  });

  it('lies in order, between least and most, and moves with the unit', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 100, noNaN: true }), (some, unit) => {
        const { median, low, high } = spreadOf(some) as { median: number; low: number; high: number };
        expect(Math.min(...some)).toBeLessThanOrEqual(low);
        expect(low).toBeLessThanOrEqual(median);
        expect(median).toBeLessThanOrEqual(high);
        expect(high).toBeLessThanOrEqual(Math.max(...some));
        expect(spreadOf(some.map((value) => value * unit)).median).toBeCloseTo(median * unit, 3);
      }),
    );
  });

  it('leaves out what does not exist, and ends in null where draws are infinite', () => {
    expect(spreadOf([NaN, 3, NaN, 3])).toEqual({ median: 3, low: 3, high: 3 });
    expect(spreadOf([1, 1, 1, 1, 1, 1, Infinity, Infinity, Infinity])).toEqual({ median: 1, low: 1, high: null });
    expect(spreadOf([])).toEqual({ median: null, low: null, high: null });
    expect(quantile([1, Infinity], 0.5)).toBe(Infinity);
  });

  it('is widened by a factor, a share by its odds', () => {
    expect(widened({ median: 10, low: 8, high: 12 }, 2)).toEqual({ median: 10, low: 4, high: 24 });
    const wide = widenedShare({ median: 0.5, low: 0.5, high: 0.5 }, 2);
    expect(wide.low).toBeCloseTo(1 / 3, 12);
    expect(wide.high).toBeCloseTo(2 / 3, 12);
    expect(widenedShare({ median: 1, low: 1, high: 1 }, 3)).toEqual({ median: 1, low: 1, high: 1 });
  });
});

describe('the share of draws in which one beats the other', () => {
  it('counts a tie half, and is the complement seen from the other side', () => {
    expect(shareOfWins([1, 2, 3, 4], [2, 2, 2, 2], 'less')).toBe((1 + 0.5) / 4);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ max: 5 }), fc.integer({ max: 5 })), { minLength: 1 }), (pairs) => {
        const [a, b] = [pairs.map(([left]) => left), pairs.map(([, right]) => right)];
        expect(shareOfWins(a, b, 'less') + shareOfWins(b, a, 'less')).toBeCloseTo(1, 12);
        expect(shareOfWins(a, b, 'less')).toBe(shareOfWins(b, a, 'more'));
      }),
    );
  });

  it('leaves out draws without a number', () => {
    expect(shareOfWins([1, NaN, 5], [2, 0, 3], 'less')).toBe(0.5);
    expect(shareOfWins([NaN], [1], 'less')).toBeNaN();
  });
});

describe('the model-error factor', () => {
  const number = (published: number, low: number, high: number) => ({
    what: 'a number',
    published,
    from: 'the others',
    predicted: { median: (low + high) / 2, low, high },
  });

  it('is the least that four in five ranges hold their number with', () => {
    const numbers = [number(10, 9, 11), number(10, 5, 8), number(10, 20, 30), number(10, 9, 11), number(10, 12.5, 20), number(10, 9, 11)]; // prettier-ignore
    const { factor, numbers: judged } = errorFactor(numbers);
    expect(judged.map(({ needed }) => needed)).toEqual([1, 1.25, 2, 1, 1.25, 1]);
    expect(factor).toBe(LEAST_FACTOR);
    expect(errorFactor(numbers.slice(1, 3)).factor).toBe(1.9);
  });

  it('is never below 1.3, and what cannot be predicted counts for nothing', () => {
    const impossible = { what: 'x', published: 1, from: 'nothing else tells', predicted: null };
    expect(errorFactor([number(10, 9, 11), impossible])).toMatchObject({
      factor: 1.3,
      numbers: [{ needed: 1 }, { needed: null, ratio: null }],
    });
  });

  it('judges a share by its odds', () => {
    const share = {
      what: 's',
      published: 0.5,
      from: '',
      predicted: { median: 0.8, low: 0.75, high: 0.85 },
      isShare: true,
    };
    expect(errorFactor([share]).factor).toBeCloseTo(3, 9);
  });
});

it('a parameter is drawn between the ends of its range, its middle being their geometric mean', () => {
  expect(within([10, 40], 0)).toBe(10);
  expect(within([10, 40], 0.5)).toBeCloseTo(20, 9);
  expect(within([0, 4], 0.5)).toBe(2);
});

it('an elasticity is the exponent of a power law', () => {
  const law = (x: number): number => 7 * x ** -2.5;
  expect(elasticity(law(1 - STEP), law(1 + STEP))).toBeCloseTo(-2.5, 9);
});

it('what --set gives is drawn no more, parameters and choices alike; the rest is', async () => {
  const own = await readSystem('gcp-cloud-functions', { model: 'mobilenet', runtime: 'ort' });
  const system = withTexts(own, { 'pool.idleLifetime': '90s', 'pool.waitingPerStart': '1' });
  const drawn = Array.from({ length: 8 }, (_, i) => drawSystem(system, LAYERS.all, seededRandom(`set ${String(i)}`)));
  const valuesOf = (path: string): unknown[] => [
    ...new Set(
      drawn.flatMap((one) =>
        [...parametersOf(one), ...choicesOf(one)].filter((at) => at.path === path).map(({ what }) => what.value),
      ),
    ),
  ];
  expect(valuesOf('pool.idleLifetime')).toEqual([90_000]);
  expect(valuesOf('pool.waitingPerStart')).toEqual(['1']);
  expect(valuesOf('pool.service.time.mean')).toHaveLength(8);
});

describe('arrivals at another rate', () => {
  const atMs = Float64Array.from({ length: 20_000 }, (_, i) => i * 5);

  it.each([0.25, 0.5, 2, 2.5, 4])('%f times as many, within 4 standard errors, sorted, in their place', (times) => {
    const made = scaleArrivals(atMs, 100_000, times, seededRandom('rates'));
    const rest = times % 1;
    const error = 4 * Math.sqrt(atMs.length * rest * (1 - rest));
    expect(Math.abs(made.length - times * atMs.length)).toBeLessThanOrEqual(error);
    expect(made.every((ms, i) => ms >= (made[i - 1] ?? 0) && ms <= 100_000)).toBe(true);
    const early = made.filter((ms) => ms < 50_000).length;
    expect(Math.abs(early / made.length - 0.5)).toBeLessThan(0.03);
  });
});

describe('a measured model', () => {
  const measured = { name: 'mine', bytes: 16e6, loadMs: 0, oneThreadMs: 100, allThreadsMs: 60, threads: 2 };

  it('brings what its batches gained to each system', async () => {
    expect(
      marginalOf(100, [
        { size: 2, ms: [150] },
        { size: 4, ms: [250] },
        { size: 8, ms: [450] },
      ]),
    ).toBeCloseTo(0.5, 12);
    expect([marginalOf(100, []), marginalOf(100, [{ size: 2, ms: [400] }])]).toEqual([undefined, 1]);
    for (const [name, path] of [
      ['aws-lambda', 'pool'],
      ['aws-cpu', 'server'],
    ] as const) {
      const own = await readSystem(name);
      const carried = carryModel(own, { ...measured, batchMarginal: 0.5 });
      if (typeof carried === 'string') throw new Error(carried);
      const marginal = parametersOf(carried).find((one) => one.path === `${path}.service.batchMarginal`)?.what;
      expect(marginal).toMatchObject({ value: 0.5, role: 'fixed' });
      const kept = carryModel(own, measured);
      expect(typeof kept === 'string' ? kept : kept.station.service.batchMarginal.value).toBe(1);
    }
  });
});
