import { describe, expect, it } from 'vitest';
import { generate } from '#src/generator/generate';
import { lnGamma } from '#src/generator/ln-gamma';
import { parseRecipe } from '#src/generator/parse-recipe';
import { profileTime } from '#src/generator/profile';
import { seededRandom } from '#src/generator/random';
import { weibull } from '#src/generator/weibull';
import { countsPer, gathered, kolmogorov, mean, variance, zOfMean } from './statistics.js';

describe('weibull', () => {
  it.each([0.5, 1, 2.5])('gaps of shape %d follow its closed form', (shape) => {
    const atMs = gathered(weibull(50, shape).arrivals(seededRandom(shape * 10), 500_000));
    const gaps = atMs.slice(1).map((at, i) => at - (atMs[i] ?? NaN));
    const scaleMs = 20 / Math.exp(lnGamma(1 + 1 / shape));
    expect(kolmogorov(gaps.map((gap) => 1 - Math.exp(-((gap / scaleMs) ** shape))))).toBeLessThan(1.95);
    expect(Math.abs(zOfMean(gaps, 20))).toBeLessThan(4);
    const scv = Math.exp(lnGamma(1 + 2 / shape) - 2 * lnGamma(1 + 1 / shape)) - 1;
    expect(variance(gaps) / mean(gaps) ** 2 / scv).toBeCloseTo(1, 1);
  });

  it('is stationary from the start', () => {
    const counts = Array.from(
      { length: 1000 },
      (_, seed) => gathered(weibull(10, 0.5).arrivals(seededRandom(seed), 100)).length,
    );
    expect(Math.abs(zOfMean(counts, 1))).toBeLessThan(4);
  });

  it('ln gamma is that of factorials and of the half', () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n++) {
      expect(lnGamma(n + 1)).toBeCloseTo(Math.log((factorial *= n)), 11);
    }
    expect(lnGamma(1.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI) / 2), 13);
  });
});

describe('a profile', () => {
  const profile = { periodMs: 1000, factors: [0, 1, 3, 0] };

  it('sets the rate of each part of each period, and leaves the mean', () => {
    const recipe = parseRecipe({ process: 'poisson', rate: 2000, durationMs: 30_000, seed: 1, profile });
    const atMs = gathered(generate(recipe).chunks);
    expect(atMs.every((at, i) => at >= (atMs[i - 1] ?? 0))).toBe(true);
    const parts = [0, 1, 2, 3].map((part) => atMs.filter((at) => Math.floor((at % 1000) / 250) === part).length);
    // Times are rounded to microseconds, over the edge of a part too.
    expect(Math.max(parts[0] ?? NaN, parts[3] ?? NaN)).toBeLessThan(3);
    expect((parts[2] ?? NaN) / (parts[1] ?? NaN)).toBeCloseTo(3, 1);
    expect(mean(countsPer(atMs, 1000, 30_000)) / 2000).toBeCloseTo(1, 1);
  });

  it('counts time as its integral does', () => {
    expect([0, 250, 500, 750, 1000, 1375].map((at) => profileTime(profile, at))).toEqual([0, 0, 250, 1000, 1000, 1125]);
  });

  it.each([
    [{ process: 'piecewise', points: [[0, 1]] }, 'profile: a rate curve or a path has its own times'],
    [{ process: 'poisson', rate: 1, profile: { periodMs: 0, factors: [1] } }, 'profile.periodMs: give a number from'],
    [{ process: 'poisson', rate: 1, profile: { periodMs: 10, factors: [0] } }, 'every factor is 0'],
    [
      { process: 'poisson', rate: 1, profile: { periodMs: 10, factors: [1], x: 1 } },
      'profile.x: there is no such field',
    ],
    [{ process: 'weibull', rate: 1, shape: 0 }, 'shape: give a number from 0.1 to 100'],
  ])('a recipe %j says what is wrong', (recipe, message) => {
    expect(() => parseRecipe({ durationMs: 1000, profile, ...recipe })).toThrow(message);
  });
});
