import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mmpp } from '#src/generator/mmpp';
import { mmppModel } from '#src/generator/mmpp-model';
import { twoStateMoments } from '#src/generator/mmpp-moments';
import { poisson } from '#src/generator/poisson';
import { PRESET_NAMES, presetRecipe } from '#src/generator/presets';
import { lnGamma } from '#src/generator/ln-gamma';
import { generate } from '#src/generator/generate';
import { seededRandom } from '#src/generator/random';
import { arrivalsOf, type Arrivals } from '#src/inspect/arrivals';
import type { ArrivalChunk } from '#src/trace';
import { summariseColumns } from '#src/inspect/column-summary';
import { bursts } from '#src/inspect/bursts';
import { concurrency } from '#src/inspect/concurrency';
import { dailyProfile } from '#src/inspect/daily-profile';
import { gapStatistics } from '#src/inspect/gap-statistics';
import { idcCurve, idcWindows } from '#src/inspect/idc-curve';
import { inspect } from '#src/inspect/inspect';
import { inspectionText } from '#src/inspect/inspection-text';
import { lengthText } from '#src/inspect/length-text';
import { rateSeries } from '#src/inspect/rate-series';
import { chiSquareQuantile, digamma, gammaDistribution, gammaSurvival } from '#src/inspect/special-functions';
import { stampResolution } from '#src/inspect/stamp-resolution';
import { gathered, mean, variance } from '../generator/statistics.js';

const times = fc
  .array(fc.double({ min: 0, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 60 })
  .map((list) => Float64Array.from(list).sort());

/** In pieces of three, as a long trace comes. */
function inPieces(atMs: Float64Array, durationMs: number): Arrivals {
  const pieces = Array.from({ length: Math.ceil(atMs.length / 3) }, (_, i) => atMs.subarray(3 * i, 3 * i + 3));
  return { count: atMs.length, durationMs, chunks: () => pieces };
}

describe('special functions', () => {
  it('agree with published tables', () => {
    expect(lnGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
    expect(lnGamma(11)).toBeCloseTo(Math.log(3628800), 12);
    expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 13);
    expect(digamma(0.25)).toBeCloseTo(-4.227453533376266, 12);
    expect(chiSquareQuantile(0.975, 3)).toBeCloseTo(9.348403604496148, 8);
    expect(chiSquareQuantile(0.025, 3)).toBeCloseTo(0.2157952826238, 9);
    expect(chiSquareQuantile(0.95, 1)).toBeCloseTo(3.841458820694124, 8);
    expect(gammaDistribution(1, 2)).toBeCloseTo(1 - Math.exp(-2), 14);
    expect(gammaSurvival(2, 30) / (31 * Math.exp(-30))).toBeCloseTo(1, 10);
  });
});

describe('statistics of a trace', () => {
  it('counts, gaps and duplicates are those of the plain definitions, however the trace is cut', () => {
    fc.assert(
      fc.property(times, (atMs) => {
        const arrivals = inPieces(atMs, 60_000);
        for (const { windowMs, idc } of idcCurve(arrivals, [500, 7000])) {
          const counts = Array.from({ length: Math.floor(60_000 / windowMs) }, (_, i) => atMs.filter((at) => Math.floor(at / windowMs) === i).length); // prettier-ignore
          expect(idc).toBeCloseTo(variance(counts) / mean(counts), 9);
        }
        const gaps = atMs.slice(1).map((at, i) => at - (atMs[i] ?? NaN));
        expect(stampResolution(arrivals).duplicates).toBe(gaps.filter((gap) => gap === 0).length);
        const found = gapStatistics(arrivals);
        if (gaps.length < 3 || mean(gaps) < 1e-3) return;
        const squares = gaps.reduce((sum, gap) => sum + (gap - mean(gaps)) ** 2, 0);
        expect(found?.scv).toBeCloseTo(squares / gaps.length / mean(gaps) ** 2, 6);
        const products = gaps.slice(2).reduce((sum, gap, i) => sum + (gap - mean(gaps)) * ((gaps[i] ?? NaN) - mean(gaps)), 0); // prettier-ignore
        if (squares > 1e-9) expect(found?.autocorrelation[1]).toBeCloseTo(products / squares, 6);
        for (const { gapMs, share } of found?.ccdf ?? [])
          expect(Math.abs(gaps.filter((gap) => gap > gapMs).length / gaps.length - share)).toBeLessThan(1e-9);
      }),
      { numRuns: 200 },
    );
  });

  it('instances at once and cold starts are those of a simulation that looks at every request', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 20_000 }), (atMs, serviceMs) => {
        const { most, mean: onAverage, pools } = concurrency(inPieces(atMs, 100_000), serviceMs);
        const busy = [...atMs].map((at, i) => atMs.filter((other, j) => j <= i && other + serviceMs > at).length);
        expect(most).toBe(Math.max(...busy));
        expect(onAverage).toBeCloseTo((atMs.length * serviceMs) / 100_000, 9);
        // No gap of this trace is as long as a lifetime, so instances are added only when all are busy.
        for (const { coldStarts } of pools) expect(coldStarts).toBe(most);
      }),
      { numRuns: 200 },
    );
  });

  it('an idle instance ends after its lifetime, and is kept until then', () => {
    const at = Float64Array.from([0, 299_000, 700_000, 2_000_000]);
    const { pools } = concurrency(arrivalsOf(at, 2_000_000), 100);
    expect(pools.map(({ coldStarts }) => coldStarts)).toEqual([3, 2, 2]);
  });

  it('the dispersion of an MMPP follows its closed form, and that of Poisson stays in the band', () => {
    const model = mmppModel([8, 1], [[-0.5, 0.5], [0.8, -0.8]]); // prettier-ignore
    const durationMs = 40_000_000;
    const curve = idcCurve(arrivalsOf(gathered(mmpp(model).arrivals(seededRandom(5), durationMs)), durationMs), [100, 1000, 10_000]); // prettier-ignore
    const theory = twoStateMoments(8, 1, 0.5, 0.8);
    for (const { windowMs, idc } of curve) expect(idc / theory.idc(windowMs / 1000)).toBeCloseTo(1, 1);
    const outside = [1, 2, 3, 4].flatMap((seed) =>
      idcCurve(arrivalsOf(gathered(poisson(50).arrivals(seededRandom(seed), 400_000)), 400_000)),
    );
    const out = outside.filter(({ idc, poissonLow, poissonHigh }) => idc < poissonLow || idc > poissonHigh).length;
    expect(out / outside.length).toBeLessThan(0.25);
  });

  it('finds the step of rounded times, and calls it coarse where it shapes the gaps', () => {
    const atMs = gathered(poisson(40).arrivals(seededRandom(3), 100_000));
    const rounded = (stepMs: number) => stampResolution(arrivalsOf(atMs.map((at) => Math.floor(at / stepMs) * stepMs), 100_000)); // prettier-ignore
    expect(rounded(1000)).toMatchObject({ resolutionMs: 1000, coarse: true });
    expect(rounded(1)).toMatchObject({ resolutionMs: 1, coarse: true });
    expect(rounded(0.001)).toMatchObject({ resolutionMs: 0.001, coarse: false });
    expect(stampResolution(arrivalsOf(atMs, 100_000)).resolutionMs).toBe(null);
    const { duplicates, expectedDuplicates } = rounded(100);
    expect(duplicates / expectedDuplicates).toBeCloseTo(1, 1);
  });

  it('a burst is a stretch above three times the mean', () => {
    const quiet = Array.from({ length: 1000 }, (_, i) => i * 100);
    const burst = Array.from({ length: 300 }, (_, i) => 50_000 + i * 10);
    const atMs = Float64Array.from([...quiet, ...burst]).sort();
    const found = bursts(rateSeries(arrivalsOf(atMs, 100_000)), atMs.length);
    expect(found).toMatchObject({
      windowMs: 1000,
      count: 1,
      longestMs: 3000,
      highestPerSecond: 110,
      highestAtMs: 50_000,
    });
    expect(found.shareOfTime).toBeCloseTo(0.03, 9);
  });

  it('sees a daily rhythm, and none where there is none', () => {
    const seen = (perSecondAt: (hour: number) => number) => {
      const atMs = Array.from({ length: 24 * 7 }, (_, hour) =>
        gathered(poisson(perSecondAt(hour % 24)).arrivals(seededRandom(hour), 3_600_000)).map(
          (at) => at + hour * 3_600_000,
        ),
      );
      const random = seededRandom(1);
      return dailyProfile(rateSeries({ count: 0, durationMs: 7 * 86_400_000, chunks: () => atMs }), () =>
        random.uniform(),
      );
    };
    const daily = seen((hour) => (hour < 8 ? 0.02 : 0.1));
    expect(daily?.chance).toBeLessThan(0.01);
    expect(daily?.explained).toBeGreaterThan(0.8);
    expect(seen(() => 0.05)?.explained).toBeLessThan(0.1);
  });
});

describe('an inspection', () => {
  it.each(PRESET_NAMES)('%s, drawn with other seeds, is said to resemble itself', (preset) => {
    const seeds = Array.from({ length: 8 }, (_, seed) => seed + 1);
    const alike = seeds.filter((seed) => {
      const { durationMs, chunks } = generate(presetRecipe(preset, seed));
      const { likeness } = inspect('', arrivalsOf(gathered(chunks), durationMs), 200);
      return likeness?.preset === preset && likeness.resembles;
    });
    expect(alike.length).toBeGreaterThanOrEqual(6);
  });

  it('of a Poisson trace says so, and gives numbers that were computed from its recipe', () => {
    const atMs = gathered(poisson(50).arrivals(seededRandom(9), 600_000));
    const found = inspect('p', arrivalsOf(atMs, 600_000), 200);
    expect(found.meanPerSecond).toBeCloseTo(atMs.length / 600, 9);
    expect(found.concurrency.mean).toBeCloseTo(found.meanPerSecond * 0.2, 1);
    expect(inspectionText(found).replace(/\s+/g, ' ')).toContain('vary as those of a Poisson process');
  });

  it('fits a screen of 80 columns, and no number is missing in it, whatever the trace', () => {
    fc.assert(
      fc.property(times, fc.constantFrom(60_000, 60_000.5, 4e8, 1e12), (atMs, durationMs) => {
        const text = inspectionText(inspect('a trace', arrivalsOf(atMs, durationMs), 200));
        expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
        expect(text.split('\n').every((row) => row.length <= 80)).toBe(true);
        expect(text.split('\n').length).toBeLessThan(45);
      }),
      { numRuns: 10 },
    );
    const single = inspect('one', arrivalsOf(Float64Array.of(0), 0), 200);
    expect(inspectionText(single)).not.toMatch(/NaN|undefined/);
  });

  it('windows go from 10 ms to a quarter of the trace', () => {
    expect(idcWindows(1000)).toEqual([10, 20, 50, 100, 200]);
    expect(idcWindows(39)).toEqual([]);
  });

  it('writes lengths of time as people do', () => {
    expect([0.001, 12.5, 9500, 119_000, 250_000, 7_500_000, 273_600_000].map(lengthText)).toEqual(
      ['1us', '12.5ms', '9.5s', '119s', '4min 10s', '2h 5min', '3d 4h'], // prettier-ignore
    );
  });
});

describe('columns', () => {
  it('are summed up by their quantiles, most frequent values and what is absent', () => {
    const column = (name: string, type: 'number' | 'text' | 'numbers' | 'boolean') => ({ name, type, absent: 1, blocks: new Float64Array(0) }); // prettier-ignore
    const chunk = (from: number): ArrivalChunk => ({
      atMs: new Float64Array(100),
      columns: [
        {
          type: 'number',
          values: Float64Array.from({ length: 100 }, (_, i) => (i === 0 && from === 0 ? NaN : from + i)),
        },
        { type: 'text', codes: Uint32Array.from({ length: 100 }, (_, i) => (i < 70 ? 1 : 0)), words: ['cron', 'http'] },
        { type: 'boolean', values: Uint8Array.from({ length: 100 }, (_, i) => (i === 0 ? 2 : 1)) },
        { type: 'numbers', starts: Uint32Array.from({ length: 101 }, (_, i) => 3 * i), values: new Float64Array(300), present: new Uint8Array(100).fill(1) }, // prettier-ignore
      ],
    });
    const columns = [column('tokens', 'number'), column('trigger', 'text'), column('hit', 'boolean'), column('prefix', 'numbers')]; // prettier-ignore
    const found = summariseColumns(columns, [chunk(0), chunk(100)]);
    expect(found[0]).toMatchObject({ present: 199, numbers: { least: 1, p50: 100, p99: 198, most: 199, mean: 100 } });
    expect(found[1]).toMatchObject({ present: 200, distinct: 2, top: [{ value: 'http', share: 0.7 }, { value: 'cron', share: 0.3 }] }); // prettier-ignore
    expect(found[2]).toMatchObject({ present: 198, top: [{ value: 'true', share: 1 }] });
    expect(found[3]?.numbers).toMatchObject({ least: 3, most: 3 });
    const text = inspectionText(inspect('t', arrivalsOf(Float64Array.of(1, 2, 3), 10), 200, found));
    expect(text).toContain('1 to 199, mean 100, p50 100, p90 180, p99 198; absent in 1');
    expect(text).toContain('http 70 %; cron 30 %');
  });
});
