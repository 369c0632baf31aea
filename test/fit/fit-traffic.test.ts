import { describe, expect, it } from 'vitest';
import { fitMmpp } from '#src/fit/fit-mmpp';
import { observedGaps } from '#src/fit/mmpp-data';
import { stateEstimates } from '#src/fit/mmpp-uncertainty';
import { seededRandom } from '#src/generator/random';
import { fitJson } from '#src/fit/fit-json';
import { fitText } from '#src/fit/fit-text';
import { fitTraffic, type FitWish, type TrafficFit } from '#src/fit/fit-traffic';
import { generate } from '#src/generator/generate';
import { parseRecipe } from '#src/generator/parse-recipe';
import { presetRecipe } from '#src/generator/presets';
import { arrivalsOf } from '#src/inspect/arrivals';
import { gathered } from '../generator/statistics.js';

function fitted(recipe: Readonly<Record<string, unknown>>, wish: Partial<FitWish> = {}): TrafficFit {
  const { durationMs, chunks } = generate(parseRecipe(recipe));
  return fitTraffic('t', arrivalsOf(gathered(chunks), durationMs), {
    process: 'auto',
    limitMs: 30_000,
    nowMs: () => 0,
    ...wish,
  });
}

const switching = { process: 'mmpp', rates: [5, 60], sojournMs: [3750, 3125], durationMs: 200_000 };

describe('fitting', () => {
  it('finds the process that made a trace, and its parameters', () => {
    const made = [
      [{ process: 'poisson', rate: 30, durationMs: 20_000, seed: 1 }, 'poisson'],
      [{ process: 'gamma', rate: 30, scv: 4, durationMs: 20_000, seed: 2 }, 'gamma'],
      [{ process: 'weibull', rate: 30, shape: 0.5, durationMs: 10_000, seed: 3 }, 'weibull'],
      [{ ...switching, seed: 4 }, 'mmpp:2'],
    ] as const;
    for (const [recipe, label] of made) {
      // Of a gamma or Weibull trace more and more states are tried, which takes seconds.
      const { best, goodness } = fitted(recipe, label === 'gamma' ? { process: 'gamma' } : {});
      expect(best.label).toBe(label);
      expect(goodness.misfits).toEqual([]);
      if ('rate' in recipe) expect(Math.abs((best.estimates[0]?.value ?? NaN) / recipe.rate - 1)).toBeLessThan(0.3);
    }
    const { states = [] } = fitted({ ...switching, seed: 4 }, { process: 'mmpp', states: 2 }).best;
    for (const [i, truth] of [
      [5, 3.75],
      [60, 3.125],
    ].entries()) {
      const { ratePerSecond, sojournSeconds } = states[i] ?? {};
      expect((ratePerSecond?.value ?? NaN) / (truth[0] ?? NaN)).toBeCloseTo(1, 1);
      expect(Math.abs(Math.log((sojournSeconds?.value ?? NaN) / (truth[1] ?? NaN)))).toBeLessThan(4 * (sojournSeconds?.relativeError ?? NaN)); // prettier-ignore
    }
  }, 60_000);

  it('says that a process does not fit, in words and numbers', () => {
    const fit = fitted({ ...switching, seed: 5 }, { process: 'poisson' });
    expect(fit.goodness.fits).toBe(false);
    expect(fitText(fit).replace(/\s+/g, ' ')).toContain('poisson does not fit: the gaps have another law');
  });

  it.each(['workload-40', 'workload-120', 'workload-200'] as const)(
    '%s: two states, and a recipe that makes such traffic',
    (preset) => {
      const recipe = presetRecipe(preset);
      const fit = fitted(
        { ...recipe },
        preset === 'workload-120' ? { process: 'mmpp' } : { process: 'mmpp', states: 2 },
      );
      expect(fit.best.label).toBe('mmpp:2');
      expect(fit.goodness.misfits).toEqual([]);
      fit.best.states?.forEach(({ ratePerSecond }, i) => {
        expect(Math.abs(ratePerSecond.value / (recipe.rates[i] ?? NaN) - 1)).toBeLessThan(0.1);
      });
      const { recipe: written } = JSON.parse(fitJson(fit)) as { recipe: Record<string, unknown> };
      const { durationMs } = generate(parseRecipe({ ...written, durationMs: 3_600_000, seed: 3 }));
      expect(durationMs).toBe(3_600_000);
      const text = fitText(fit);
      expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
      expect(text.split('\n').every((row) => row.length <= 80)).toBe(true);
    },
    60_000,
  );

  it('a state that is left once or never has a bound, and a recipe that can leave it', () => {
    const atMs = gathered(
      generate(parseRecipe({ process: 'mmpp', rates: [5, 80], path: [{ state: 0, durationMs: 60_000 }, { state: 1, durationMs: 60_000 }], durationMs: 120_000, seed: 2 })).chunks, // prettier-ignore
    );
    const fit = fitTraffic('t', arrivalsOf(atMs, 120_000), {
      process: 'mmpp',
      states: 2,
      limitMs: 1e9,
      nowMs: () => 0,
    });
    const [low, high] = fit.best.states ?? [];
    expect(low?.sojournSeconds).toMatchObject({ relativeError: null, high: null });
    expect(high?.sojournSeconds).toMatchObject({ relativeError: null, high: null });
    // Nothing in 60 s: at least 60 / 3.0 s. One in 60 s: at least 60 / 4.74.
    expect(high?.sojournSeconds.low).toBeCloseTo(20, 0);
    expect(low?.sojournSeconds.low).toBeCloseTo(12.65, 0);
    expect(fit.best.notes.join(' ')).toMatch(/State 0 is left once.*State 1 is left never/);
    const q = (fit.best.recipe['q'] as number[][]).flat();
    expect(-1 / (q[3] ?? NaN)).toBeCloseTo(60 / Math.LN2, 0);
  });

  it('separates a rate that follows the hour of the day from states', () => {
    const factors = Array.from({ length: 24 }, (_, hour) => (hour < 8 ? 0.2 : hour < 16 ? 1.8 : 1));
    const recipe = {
      process: 'poisson',
      rate: 0.02,
      durationMs: 7 * 86_400_000,
      seed: 3,
      profile: { periodMs: 86_400_000, factors },
    };
    const fit = fitted(recipe, { process: 'poisson' });
    expect(fit.rhythm?.explained).toBeGreaterThan(0.8);
    expect(fit.best.label).toBe('poisson');
    expect(fit.goodness.misfits).toEqual([]);
    fit.rhythm?.profile.factors.forEach((factor, hour) => {
      expect(Math.abs(factor - (factors[hour] ?? NaN))).toBeLessThan(0.35);
    });
    expect(generate(parseRecipe(fit.best.recipe)).durationMs).toBe(7 * 86_400_000);
  }, 60_000);

  it('spreads rounded times, and says so', () => {
    const { durationMs, chunks } = generate(
      parseRecipe({ process: 'poisson', rate: 20, durationMs: 100_000, seed: 7 }),
    );
    const rounded = gathered(chunks).map((at) => Math.floor(at / 1000) * 1000);
    const fit = fitTraffic('t', arrivalsOf(rounded, durationMs), { process: 'poisson', limitMs: 1e9, nowMs: () => 0 });
    expect(fit.best.label).toBe('poisson');
    expect(fit.goodness.misfits).toEqual([]);
    expect(fit.notes.join()).toContain('rounded to 1000 ms');
  });

  it('ends in time, and says that it did', () => {
    let calls = 0;
    const fit = fitted({ ...switching, seed: 6 }, { process: 'mmpp', limitMs: 5, nowMs: () => calls++ });
    expect(fit.cutShort).toBe(true);
    expect(fitText(fit)).toContain('--time-limit');
  });
});

describe('a trace that no process is made for', () => {
  const at = (n: (i: number) => number): Float64Array => Float64Array.from({ length: 60 }, (_, i) => n(i)).sort();
  const traces: readonly (readonly [string, Float64Array, number])[] = [
    ['even', at((i) => i * 10), 600],
    ['at one time', at(() => 5), 10],
    ['in pairs', at((i) => Math.floor(i / 2) * 100), 3000],
    ['in batches', at((i) => Math.floor(i / 20) * 1e6), 3e6],
    ['before and after a day of silence', at((i) => (i < 30 ? i * 10 : 86_400_000 + i * 10)), 86_401_000],
    ['late', at((i) => 1e9 + i * 7.3), 1e9 + 2000],
    ['within a microsecond', at((i) => i * 1e-6), 1],
    ['dense once', at((i) => (i < 55 ? 1000 + i * 0.001 : i * 1000)), 60_000],
  ];

  it.each(traces)('%s: numbers, and a recipe that can be followed', (_, atMs, durationMs) => {
    const fit = fitTraffic('t', arrivalsOf(atMs, durationMs), { process: 'auto', limitMs: 1e9, nowMs: () => 0 });
    expect(fitText(fit)).not.toMatch(/NaN|undefined|null|Infinity/);
    expect(() => generate(parseRecipe({ ...fit.best.recipe, durationMs: 1000 }))).not.toThrow();
  });

  it.each([
    [at((i) => i), 49, 60, 'the trace has 49 arrivals; at least 50 are needed'],
    [at(() => 0), 60, 0, 'the trace lasts 0 ms'],
  ])('of too little says so', (atMs, count, durationMs, message) => {
    const arrivals = arrivalsOf(atMs.subarray(0, count), durationMs);
    expect(() => fitTraffic('t', arrivals, { process: 'auto', limitMs: 1e9, nowMs: () => 0 })).toThrow(message);
  });
});

describe('intervals of 95 %', () => {
  // Of 400 draws: test/bench/fit.js.
  it('hold the truth about as often as they say', () => {
    let [inside, all] = [0, 0];
    for (let seed = 1; seed <= 25; seed++) {
      const { durationMs, chunks } = generate(parseRecipe({ ...switching, durationMs: 100_000, seed }));
      const atMs = gathered(chunks);
      const observed = observedGaps(atMs, durationMs);
      const fit = fitMmpp(
        { atMs, durationMs, observed, random: seededRandom('starts'), outOfTime: () => false, rounds: 100 },
        2,
      );
      const states = fit === null ? [] : stateEstimates(fit, observed);
      for (const [i, [rate, stay]] of (
        [
          [5, 3.75],
          [60, 3.125],
        ] as const
      ).entries())
        for (const [estimate, truth] of [
          [states[i]?.ratePerSecond, rate],
          [states[i]?.sojournSeconds, stay],
        ] as const) {
          all++;
          if ((estimate?.low ?? Infinity) <= truth && truth <= (estimate?.high ?? Infinity)) inside++;
        }
    }
    // 100 draws of a share of 0.9 to 0.98: outside of this once in a thousand.
    expect(inside / all).toBeGreaterThan(0.8);
  });
});
