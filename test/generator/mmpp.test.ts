import { conditionedPath, mmpp, type MmppMode } from '#src/generator/mmpp';
import { mmppModel, uniformJumps } from '#src/generator/mmpp-model';
import { mmppMoments } from '#src/generator/mmpp-moments';
import { mmppPath, type Stay } from '#src/generator/mmpp-path';
import { poisson } from '#src/generator/poisson';
import { seededRandom } from '#src/generator/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsPer, gathered, kolmogorov, mean, variance, zOfDifference, zOfMean, zOfRatio } from './statistics.js';

const model = uniformJumps([4, 30], 1000);

describe('free', () => {
  it.each([
    [
      'two slow states',
      mmppModel(
        [10, 120],
        [
          [-0.05, 0.05],
          [0.05, -0.05],
        ],
      ),
      40,
      2000,
    ],
    [
      'two fast states',
      mmppModel(
        [8, 1],
        [
          [-0.5, 0.5],
          [0.8, -0.8],
        ],
      ),
      40,
      8000,
    ],
    [
      'three states, one silent',
      mmppModel(
        [0, 10, 40],
        [
          [-2, 1.5, 0.5],
          [0.4, -1, 0.6],
          [0.1, 0.9, -1],
        ],
      ),
      40,
      5000,
    ],
  ] as const)(
    '%s: mean, SCV, correlation and dispersion are those of the closed forms',
    (_name, chain, runs, seconds) => {
      const theory = mmppMoments(chain);
      const mean1 = theory.meanPerSecond;
      const all = Array.from({ length: runs }, (_, seed) =>
        gathered(mmpp(chain).arrivals(seededRandom(seed), seconds * 1000)),
      );
      const counts = all.map((times) => times.length);
      const sdOfCount = Math.sqrt(theory.idc(seconds) * mean1 * seconds);
      expect(Math.abs(mean(counts) - mean1 * seconds)).toBeLessThan((4 * sdOfCount) / Math.sqrt(runs));
      expect(Math.abs(variance(counts) / sdOfCount ** 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / (runs - 1)));

      const deviations = all.map((times) =>
        times.subarray(1).map((atMs, i) => ((atMs - (times[i] ?? NaN)) * mean1) / 1000 - 1),
      );
      const lengths = deviations.map(({ length }) => length);
      const products = (lag: number) =>
        deviations.map((d) => d.subarray(lag).reduce((sum, value, i) => sum + value * (d[i] ?? NaN), 0));
      // Gaps are now in units of their mean: their variance is the SCV, their covariance SCV x correlation.
      expect(Math.abs(zOfRatio(products(0), lengths, theory.scv))).toBeLessThan(4);
      for (const lag of [1, 2, 10])
        expect(Math.abs(zOfRatio(products(lag), lengths, theory.scv * theory.autocorrelation(lag)))).toBeLessThan(4);

      for (const window of [0.1, 1, 10]) {
        const perRun = all.map((times) =>
          mean(
            countsPer(times, window * 1000, seconds * 1000).map(
              (count) => (count - mean1 * window) ** 2 / (mean1 * window),
            ),
          ),
        );
        expect(Math.abs(zOfMean(perRun, theory.idc(window))), `IDC(${String(window)})`).toBeLessThan(4);
      }
    },
  );

  it('starts in the stationary law, stays exponentially long, jumps by the generator', () => {
    const chain = mmppModel(
      [1, 1, 1],
      [
        [-2, 1.5, 0.5],
        [0.4, -1, 0.6],
        [0.1, 0.9, -1],
      ],
    );
    const starts = Array.from(
      { length: 6000 },
      (_, seed) => [...mmppPath(chain, seededRandom(seed), 1e-6)][0]?.state ?? NaN,
    );
    chain.stationary.forEach((share, state) => {
      expect(
        Math.abs(
          zOfMean(
            starts.map((start) => (start === state ? 1 : 0)),
            share,
          ),
        ),
      ).toBeLessThan(4);
    });
    const path = [...mmppPath(chain, seededRandom('path'), 2e7)].slice(0, -1);
    const stays = path
      .filter(({ state }) => state === 0)
      .map(({ startMs, endMs }) => 1 - Math.exp((startMs - endMs) / 500));
    expect(kolmogorov(stays)).toBeLessThan(1.95);
    const next = path.flatMap(({ state }, i) =>
      state === 0 && i + 1 < path.length ? [path[i + 1]?.state === 1 ? 1 : 0] : [],
    );
    expect(Math.abs(zOfMean(next, 0.75))).toBeLessThan(4);
  });

  it('with one state is Poisson, arrival by arrival', () => {
    const single = gathered(mmpp(uniformJumps([400], 10)).arrivals(seededRandom(6), 10_000));
    expect(single).toEqual(gathered(poisson(400).arrivals(seededRandom(6), 10_000)));
  });

  it('keeps its path when rates change, and its arrivals do not depend on the length of the window', () => {
    const long = gathered(mmpp(model).arrivals(seededRandom(2), 60_000));
    expect(gathered(mmpp(model).arrivals(seededRandom(2), 20_000))).toEqual(long.filter((atMs) => atMs < 20_000));
    const silent = gathered(mmpp(uniformJumps([0, 300], 1000)).arrivals(seededRandom(2), 60_000));
    const path = [...mmppPath(model, seededRandom(2).split('path'), 60_000)];
    const stateAt = (atMs: number) => path.find(({ endMs }) => atMs < endMs)?.state;
    expect(silent.every((atMs) => stateAt(atMs) === 1)).toBe(true);
  });

  it('refuses chains that would never end', () => {
    expect(() => mmpp(uniformJumps([1, 2], 1e-3)).arrivals(seededRandom(1), 1e9)).toThrow(/^q, sojournMs: /);
  });
});

describe('conditioned', () => {
  const secondsHigh = (path: Iterable<Stay>) =>
    [...path].reduce((sum, { state, startMs, endMs }) => sum + (state * (endMs - startMs)) / 1000, 0);

  it('makes exactly the count, sorted and in the window, for every seed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 90, max: 260 }), (seed, count) => {
        const times = gathered(mmpp(model, { mode: 'conditioned', count }).arrivals(seededRandom(seed), 10_000));
        expect(times.length).toBe(count);
        expect(times.every((atMs, i) => atMs >= (times[i - 1] ?? 0) && atMs < 10_000)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('can be asked for no arrival at all', () => {
    const calm = uniformJumps([1, 2], 1000);
    for (let seed = 0; seed < 20; seed++)
      expect(gathered(mmpp(calm, { mode: 'conditioned', count: 0 }).arrivals(seededRandom(seed), 1000))).toHaveLength(
        0,
      );
  });

  it('holds the count where it spans many chunks', () => {
    for (const count of [8191, 8192, 8193, 50_000]) {
      const chunks = [
        ...mmpp(uniformJumps([40, 300], 5000), { mode: 'conditioned', count }).arrivals(seededRandom(count), count * 6),
      ];
      expect(gathered(chunks).length).toBe(count);
      expect(chunks.every(({ length }) => length > 0 && length <= 8192)).toBe(true);
    }
  });

  const durationMs = 3000;
  /** Facts of a run: start state, time in the high state, stays, mean time, first time, arrivals in the first second. */
  const factsOf = (path: Stay[], times: Float64Array) => [
    path[0]?.state ?? NaN,
    secondsHigh(path),
    path.length,
    mean(times),
    times[0] ?? NaN,
    times.filter((atMs) => atMs < 1000).length,
  ];

  it('has the law of the free process among its runs with that number of arrivals', () => {
    const wanted = [25, 50, 90];
    const rejected = new Map(wanted.map((count) => [count, [] as number[][]]));
    for (let seed = 0; seed < 20_000; seed++) {
      const times = gathered(mmpp(model).arrivals(seededRandom(seed), durationMs));
      rejected
        .get(times.length)
        ?.push(factsOf([...mmppPath(model, seededRandom(seed).split('path'), durationMs)], times));
    }
    for (const [count, kept] of rejected) {
      const direct = Array.from({ length: 1000 }, (_, i) => {
        const random = seededRandom(`direct ${String(i)}`);
        const times = gathered(mmpp(model, { mode: 'conditioned', count }).arrivals(random, durationMs));
        return factsOf([...conditionedPath(model, count, random, durationMs)()], times);
      });
      expect(kept.length).toBeGreaterThan(50);
      for (let fact = 0; fact < 6; fact++) {
        const column = (rows: number[][]) => rows.map((row) => row[fact] ?? NaN);
        expect(
          Math.abs(zOfDifference(column(kept), column(direct))),
          `count ${String(count)}, fact ${String(fact)}`,
        ).toBeLessThan(4);
      }
    }
  });

  it('given the path is uniform in the area under the rates', () => {
    const places: number[] = [];
    for (let seed = 0; seed < 40; seed++) {
      const path = [...conditionedPath(model, 200, seededRandom(seed), 12_000)()];
      const rateOf = (stay: Stay) => model.rates[stay.state] ?? NaN;
      const areaUntil = (untilMs: number) =>
        path.reduce((sum, stay) => sum + rateOf(stay) * Math.max(0, Math.min(untilMs, stay.endMs) - stay.startMs), 0);
      const times = gathered(mmpp(model, { mode: 'conditioned', count: 200 }).arrivals(seededRandom(seed), 12_000));
      places.push(...Array.from(times, (atMs) => areaUntil(atMs) / areaUntil(12_000)));
    }
    // Sorted uniforms of 40 independent samples, pooled: a sample of 8,000 uniforms.
    expect(kolmogorov(places)).toBeLessThan(1.95);
  });

  it('gives up on a count that is out of reach, with a number to aim at', () => {
    expect(() => mmpp(model, { mode: 'conditioned', count: 2000 }).arrivals(seededRandom(1), 10_000)).toThrow(
      expect.objectContaining({
        name: 'UserError',
        message: expect.stringMatching(/^count: 2000 .* about 170; /) as string,
      }),
    );
  });
});

describe('pinned', () => {
  const path = [
    { state: 1, durationMs: 2000 },
    { state: 0, durationMs: 5000 },
    { state: 1, durationMs: 1000 },
  ];
  const spread = (mode: Partial<MmppMode>, seeds: number) =>
    Array.from({ length: seeds }, (_, seed) =>
      gathered(mmpp(model, { mode: 'pinned', path, ...mode } as MmppMode).arrivals(seededRandom(seed), 8000)),
    );
  const phases = (times: Float64Array) => [
    times.filter((atMs) => atMs < 2000).length,
    times.filter((atMs) => atMs >= 2000 && atMs < 7000).length,
    times.filter((atMs) => atMs >= 7000).length,
  ];

  it('without a count has independent Poisson counts in its stays', () => {
    const counts = spread({}, 1500).map(phases);
    [60, 20, 30].forEach((expected, stay) => {
      const column = counts.map((row) => row[stay] ?? NaN);
      expect(Math.abs(mean(column) - expected)).toBeLessThan(4 * Math.sqrt(expected / column.length));
      expect(Math.abs(variance(column) / expected - 1)).toBeLessThan(
        4 * Math.sqrt(2 / column.length + 1 / expected / column.length),
      );
    });
    expect(
      Math.abs(
        zOfMean(
          counts.map(([a = NaN, b = NaN]) => (a - 60) * (b - 20)),
          0,
        ),
      ),
    ).toBeLessThan(4);
  });

  it('with a count has exactly that, spread as a multinomial', () => {
    const counts = spread({ count: 88 }, 1500).map(phases);
    expect(counts.every((row) => row.reduce((sum, value) => sum + value, 0) === 88)).toBe(true);
    [60, 20, 30].forEach((area, stay) => {
      const p = area / 110;
      const column = counts.map((row) => row[stay] ?? NaN);
      expect(Math.abs(mean(column) - 88 * p)).toBeLessThan(4 * Math.sqrt((88 * p * (1 - p)) / column.length));
      expect(Math.abs(variance(column) / (88 * p * (1 - p)) - 1)).toBeLessThan(4 * Math.sqrt(2 / column.length));
    });
  });

  it('states the mean of its path or count', () => {
    expect(mmpp(model, { mode: 'pinned', path }).meanPerSecond).toBeCloseTo(110 / 8, 12);
    expect(mmpp(model, { mode: 'pinned', path, count: 88 }).meanPerSecond).toBe(11);
  });

  it.each([
    [
      /^path: its durations sum to 8000 ms/,
      () => mmpp(model, { mode: 'pinned', path }).arrivals(seededRandom(1), 9000),
    ],
    [
      /^path\[1\]\.state: /,
      () =>
        mmpp(model, {
          mode: 'pinned',
          path: [
            { state: 0, durationMs: 1 },
            { state: 2, durationMs: 1 },
          ],
        }),
    ],
    [/^path\[0\]\.durationMs: /, () => mmpp(model, { mode: 'pinned', path: [{ state: 0, durationMs: 0 }] })],
    [/^path: give 1 to/, () => mmpp(model, { mode: 'pinned', path: [] })],
    [
      /^path: its states all have rate 0/,
      () => mmpp(uniformJumps([0, 5], 10), { mode: 'pinned', path: [{ state: 0, durationMs: 10 }], count: 3 }),
    ],
  ])('refuses with %s', (message, make) => {
    expect(make).toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringMatching(message) as string }),
    );
  });
});
