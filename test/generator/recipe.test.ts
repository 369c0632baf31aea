import { generate } from '#src/generator/generate';
import { parseRecipe } from '#src/generator/parse-recipe';
import { expectedArrivals } from '#src/generator/process-of';
import { PRESETS, PRESET_NAMES, SHIPPED_SEEDS, presetRecipe } from '#src/generator/presets';
import { conditionedPath } from '#src/generator/mmpp';
import { modelOf } from '#src/generator/process-of';
import { seededRandom } from '#src/generator/random';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { gathered } from './statistics.js';

const perSecond = fc.double({ min: 1, max: 2000, noNaN: true });
const rawProcess = fc.oneof(
  fc.record({ process: fc.constant('constant'), rate: perSecond }),
  fc.record({ process: fc.constant('poisson'), rate: perSecond }),
  fc.record({ process: fc.constant('gamma'), rate: perSecond, scv: fc.double({ min: 0.1, max: 50, noNaN: true }) }),
  fc.record({
    process: fc.constant('mmpp'),
    rates: fc.tuple(perSecond, perSecond),
    sojournMs: fc.double({ min: 10, max: 5000, noNaN: true }),
  }),
  fc.record({
    process: fc.constant('mmpp'),
    rates: fc.tuple(perSecond, perSecond),
    q: fc.constant([
      [-1, 1],
      [2, -2],
    ]),
  }),
  fc.record({
    process: fc.constant('piecewise'),
    points: fc.constant([
      [0, 10],
      [300, 900],
    ]),
  }),
);
const common = {
  durationMs: fc.double({ min: 1, max: 500, noNaN: true }),
  seed: fc.oneof(fc.nat(), fc.stringMatching(/^[a-z]{1,8}$/)),
};
const level = fc
  .tuple(
    rawProcess,
    fc.record(
      {
        ...common,
        thin: fc.double({ min: 0.1, max: 1, noNaN: true }),
        scaleTime: fc.double({ min: 0.5, max: 3, noNaN: true }),
      },
      { requiredKeys: ['durationMs', 'seed'] },
    ),
  )
  .map(([a, b]) => ({ ...a, ...b }));
const rawRecipe = fc.oneof(
  level,
  fc
    .tuple(level, fc.array(level, { minLength: 1, maxLength: 3 }))
    .map(([outer, superpose]) => ({ ...outer, superpose })),
);

const sha256 = (times: Float64Array) =>
  createHash('sha256')
    .update(new Uint8Array(times.buffer, times.byteOffset, times.byteLength))
    .digest('hex');

describe('parseRecipe', () => {
  it('reads its own result back, through JSON, as the same recipe', () => {
    fc.assert(
      fc.property(rawRecipe, (raw) => {
        const recipe = parseRecipe(raw);
        expect(parseRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
      }),
    );
  });

  it('fills in the seed and the mode, and turns a shape into an SCV', () => {
    expect(parseRecipe({ process: 'gamma', rate: 5, shape: 4, durationMs: 10 })).toEqual({
      process: 'gamma',
      rate: 5,
      scv: 0.25,
      durationMs: 10,
      seed: 1,
    });
    const chain = { process: 'mmpp', rates: [1, 2], sojournMs: 10, durationMs: 1000 };
    expect(parseRecipe(chain)).toMatchObject({ mode: 'free' });
    expect(parseRecipe({ ...chain, count: 2 })).toMatchObject({ mode: 'conditioned' });
    expect(parseRecipe({ ...chain, path: [{ state: 1, durationMs: 1000 }] })).toMatchObject({ mode: 'pinned' });
  });

  const poisson = { process: 'poisson', rate: 5, durationMs: 1000 };
  const chain = { process: 'mmpp', rates: [1, 2], sojournMs: 10, durationMs: 1000 };
  const nested = (depth: number): unknown => (depth === 0 ? poisson : { ...poisson, superpose: [nested(depth - 1)] });
  it.each([
    ['recipe: give an object', null],
    ['recipe: give an object', [poisson]],
    [
      "process: give one of constant, poisson, gamma, weibull, mmpp, piecewise, not 'poison'",
      { ...poisson, process: 'poison' },
    ],
    ['process: ', { ...poisson, process: '__proto__' }],
    ['rate: give a number', { process: 'poisson', durationMs: 1 }],
    ["rate: give a number from 1e-9 to 1000000000, not '5'", { ...poisson, rate: '5' }],
    ['rate: ', { ...poisson, rate: 0 }],
    ['rate: ', { ...poisson, rate: NaN }],
    ['ratte: there is no such field here; did you mean rate?', { ...poisson, ratte: 5 }],
    ['scv: there is no such field here', { ...poisson, scv: 2 }],
    ['durationMs: ', { ...poisson, durationMs: -1 }],
    ['durationMs: ', { ...poisson, durationMs: 1e13 }],
    ['durationMs: about 1.0e+10 arrivals', { ...poisson, rate: 1e6, durationMs: 1e7 }],
    ['durationMs x scaleTime: ', { ...poisson, rate: 1e-6, durationMs: 1e10, scaleTime: 1000 }],
    ['seed: ', { ...poisson, seed: -1 }],
    ['seed: ', { ...poisson, seed: {} }],
    ['seed: ', { ...poisson, seed: 'x\u001b[2J' }],
    ['thin: ', { ...poisson, thin: 0 }],
    ['thin: ', { ...poisson, thin: 1.5 }],
    ['scaleTime: ', { ...poisson, scaleTime: 0 }],
    ['scv: give either', { ...poisson, process: 'gamma' }],
    ['scv: give either', { ...poisson, process: 'gamma', scv: 1, shape: 1 }],
    ['shape: ', { ...poisson, process: 'gamma', shape: -1 }],
    ['points: ', { process: 'piecewise', durationMs: 1, points: [] }],
    ['points[1]: give a pair', { process: 'piecewise', durationMs: 1, points: [[0, 1], [1]] }],
    [
      'points[1]: its time',
      {
        process: 'piecewise',
        durationMs: 1,
        points: [
          [5, 1],
          [1, 1],
        ],
      },
    ],
    ['points[0][1]: ', { process: 'piecewise', durationMs: 1, points: [[0, -1]] }],
    ['points: every rate is 0', { process: 'piecewise', durationMs: 1, points: [[0, 0]] }],
    [
      'sojournMs: give either',
      {
        ...chain,
        q: [
          [-1, 1],
          [1, -1],
        ],
      },
    ],
    ['sojournMs: give either', { process: 'mmpp', rates: [1, 2], durationMs: 1 }],
    ['rates: ', { ...chain, rates: 5 }],
    ['rates[1]: ', { ...chain, rates: [1, '2'] }],
    ['q[0]: ', { process: 'mmpp', rates: [1, 2], durationMs: 1, q: [1, 2] }],
    ['mode: ', { ...chain, mode: 'pined' }],
    ['count: ', { ...chain, mode: 'conditioned' }],
    ['count: ', { ...chain, count: 1.5 }],
    ['count: mode', { ...chain, mode: 'free', count: 5 }],
    ['path: ', { ...chain, mode: 'pinned' }],
    ['path[0]: ', { ...chain, path: [5] }],
    ['path[0].length: ', { ...chain, path: [{ state: 0, length: 5 }] }],
    ['path[0].state: ', { ...chain, path: [{ state: 2, durationMs: 1000 }] }],
    ['superpose: ', { ...poisson, superpose: poisson }],
    ['superpose[1].rate: ', { ...poisson, superpose: [poisson, { ...poisson, rate: -1 }] }],
    ['superpose[0].superpose[0].superpose[0].superpose: it is nested deeper', nested(5)],
  ])('refuses with "%s"', (message, raw) => {
    expect(() => parseRecipe(raw)).toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringContaining(message) as string }),
    );
    try {
      parseRecipe(raw);
    } catch (error) {
      expect((error as Error).message.startsWith(message)).toBe(true);
      expect((error as Error).message).not.toMatch(/[\n\u001b]/);
    }
  });

  it('never fails but with a UserError, whatever it is given', () => {
    const odd = fc.oneof(fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true }), fc.double());
    const keys = [
      'process',
      'rate',
      'rates',
      'q',
      'sojournMs',
      'mode',
      'count',
      'path',
      'points',
      'scv',
      'shape',
      'durationMs',
      'seed',
      'thin',
      'scaleTime',
      'superpose',
    ];
    const process = fc.constantFrom('constant', 'poisson', 'gamma', 'mmpp', 'piecewise');
    fc.assert(
      fc.property(
        process,
        level,
        fc.dictionary(fc.constantFrom(...keys), odd, { maxKeys: 3 }),
        (name, sound, oddities) => {
          try {
            parseRecipe({ ...sound, process: name, ...oddities });
          } catch (error) {
            expect((error as Error).name).toBe('UserError');
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('generate', () => {
  it('makes sorted whole microseconds up to the duration, the same on each walk', () => {
    fc.assert(
      fc.property(rawRecipe, (raw) => {
        const made = generate(parseRecipe(raw));
        const times = gathered(made.chunks);
        expect(
          times.every(
            (atMs, i) =>
              atMs >= (times[i - 1] ?? 0) && atMs <= made.durationMs && atMs === Math.round(atMs * 1000) / 1000,
          ),
        ).toBe(true);
        expect(gathered(made.chunks)).toEqual(times);
      }),
      { numRuns: 60 },
    );
  });

  it('lasts durationMs x scaleTime, or as long as its longest part', () => {
    const base = { process: 'poisson', rate: 5, durationMs: 1000 };
    expect(generate(parseRecipe({ ...base, scaleTime: 3 })).durationMs).toBe(3000);
    expect(generate(parseRecipe({ ...base, superpose: [{ ...base, durationMs: 7000 }] })).durationMs).toBe(7000);
  });

  it('thins and adds without moving what is there', () => {
    fc.assert(
      fc.property(level, level, (raw, other) => {
        const plain = gathered(generate(parseRecipe(raw)).chunks);
        const merged = gathered(generate(parseRecipe({ ...raw, superpose: [other] })).chunks);
        const more = gathered(generate(parseRecipe({ ...raw, superpose: [other, other] })).chunks);
        const without = (times: Float64Array, taken: Float64Array) => {
          const left = [...times];
          for (const atMs of taken) {
            const place = left.indexOf(atMs);
            expect(place).toBeGreaterThanOrEqual(0);
            left.splice(place, 1);
          }
          return left;
        };
        // The shorter trace may have its last microsecond clamped to its own end.
        fc.pre(plain.at(-1) !== Math.floor(generate(parseRecipe(raw)).durationMs * 1000) / 1000);
        without(merged, plain);
        without(more, merged);
        const half = gathered(
          generate(parseRecipe({ ...raw, thin: ('thin' in raw ? (raw.thin ?? 1) : 1) / 2 })).chunks,
        );
        without(plain, half);
      }),
      { numRuns: 40 },
    );
  });

  it('two equal parts with equal seeds are independent', () => {
    const base = { process: 'poisson', rate: 100, durationMs: 1000, seed: 3 };
    const times = gathered(generate(parseRecipe({ ...base, superpose: [base, base] })).chunks);
    expect(new Set(times).size).toBeGreaterThan(0.95 * times.length);
  });

  it('an inner seed draws another part and leaves the outer arrivals', () => {
    const base = { process: 'poisson', rate: 100, durationMs: 1000, seed: 3 };
    const outer = gathered(generate(parseRecipe(base)).chunks);
    const inner = [1, 2].map((seed) => {
      const merged = gathered(generate(parseRecipe({ ...base, superpose: [{ ...base, seed }] })).chunks);
      expect(outer.every((atMs) => merged.includes(atMs))).toBe(true);
      return merged.filter((atMs) => !outer.includes(atMs));
    });
    expect(inner[0]).not.toEqual(inner[1]);
  });

  it('finds an unlikely count before the first arrival is asked for', () => {
    const recipe = parseRecipe({ process: 'mmpp', rates: [1, 2], sojournMs: 10, durationMs: 1000, count: 500 });
    expect(() => generate(recipe)).toThrow(/^count: 500 arrivals are too unlikely/);
  });

  it('expectedArrivals counts every level', () => {
    const recipe = parseRecipe({
      process: 'poisson',
      rate: 10,
      durationMs: 1000,
      thin: 0.5,
      scaleTime: 2,
      superpose: [
        {
          process: 'piecewise',
          points: [
            [0, 0],
            [2000, 100],
          ],
          durationMs: 1000,
        },
        { process: 'mmpp', rates: [1, 20], sojournMs: 50, count: 12, durationMs: 1000 },
      ],
    });
    expect(expectedArrivals(recipe)).toBeCloseTo(5 + 25 + 12, 9);
  });
});

describe('bytes that may never change', () => {
  // SHA-256 of 100,000 arrivals as little-endian float64: a change here changes every trace that a recipe remakes.
  it.each([
    [
      'poisson',
      { process: 'poisson', rate: 1000, durationMs: 200_000, seed: 1 },
      'f130a3a54fbf4f766f14e9e3fcfabea07cda53497bcdeedc5f66892fe9539955',
    ],
    [
      'gamma',
      { process: 'gamma', rate: 1000, scv: 4, durationMs: 200_000, seed: 1 },
      '27d3d8010a16cfa2a7cc8411a50e0cd16a36cc9abfd9ec5398f4d2b402185742',
    ],
    [
      'mmpp',
      { process: 'mmpp', rates: [10, 2000, 400], sojournMs: [500, 800, 300], durationMs: 300_000, seed: 1 },
      'b9d1ee91a8fe49692a4ae99190b86c5271be68eb36c553491b7f65f2bbe478b1',
    ],
    [
      'piecewise',
      {
        process: 'piecewise',
        points: [
          [0, 10],
          [100_000, 2000],
        ],
        durationMs: 200_000,
        seed: 1,
      },
      'd145268c4e3a0a42cac5b9fda16581bd708ae2eb4da69d87eb7360b69d4c1e60',
    ],
  ])('%s', (_name, raw, hash) => {
    const times = gathered(generate(parseRecipe(raw)).chunks);
    expect(times.length).toBeGreaterThan(100_000);
    expect(sha256(times.subarray(0, 100_000))).toBe(hash);
  });

  it.each([
    ['workload-40', '794d360941998faec70028b8011ecbcf6768f4b96d0dffe759d7c44b8b91647b'],
    ['workload-120', '6a46bd292acd7f42b45175992c2711e622f98c8e6c24854e9024ec6179345fa4'],
    ['workload-200', '660f59ffc5f61a633063cb67527ed59182f34d4af5d02eea5fdf8f5f680095df'],
  ] as const)('%s', (name, hash) => {
    const times = gathered(generate(parseRecipe(presetRecipe(name))).chunks);
    expect(times.length).toBe(PRESETS[name].count);
    expect(sha256(times)).toBe(hash);
  });
});

describe('presets', () => {
  it.each(PRESET_NAMES)('%s is a valid recipe with its count, whatever the seed', (name) => {
    for (let seed = 0; seed < 5; seed++) {
      const recipe = parseRecipe(presetRecipe(name, seed));
      expect(recipe).toEqual(presetRecipe(name, seed));
      expect(gathered(generate(recipe).chunks).length).toBe(PRESETS[name].count);
    }
  });

  const pathOf = (name: (typeof PRESET_NAMES)[number]) => {
    const { count, durationMs } = PRESETS[name];
    return [...conditionedPath(modelOf(presetRecipe(name)), count, seededRandom(SHIPPED_SEEDS[name]), durationMs)()];
  };

  it('the shipped workload-40 is low for its first 100 s', () => {
    const [first] = pathOf('workload-40');
    expect(first?.state).toBe(0);
    expect(Math.abs((first?.endMs ?? NaN) - 100_000)).toBeLessThan(1000);
  });

  it.each([
    ['workload-120', 12_000],
    ['workload-200', 4000],
  ] as const)('the shipped %s is high when the plots are, but for %d ms', (name, mostMs) => {
    const seen = PRESETS[name].seenHighMs;
    const isHigh = (atMs: number) => seen.some(([fromMs, toMs]) => atMs >= fromMs && atMs < toMs);
    const path = pathOf(name);
    let differentMs = 0;
    for (let atMs = 5; atMs < PRESETS[name].durationMs; atMs += 10) {
      const state = path.find(({ endMs }) => atMs < endMs)?.state;
      if ((state === 1) !== isHigh(atMs)) differentMs += 10;
    }
    expect(differentMs).toBeLessThan(mostMs);
  });

  it.each(PRESET_NAMES)('%s is busy at its peak rate in its busiest ten seconds', (name) => {
    const times = gathered(generate(presetRecipe(name)).chunks);
    let busiest = 0;
    let first = 0;
    times.forEach((atMs, i) => {
      while ((times[first] ?? NaN) < atMs - 10_000) first++;
      busiest = Math.max(busiest, i - first + 1);
    });
    const peak = 10 * PRESETS[name].highPerSecond;
    expect(busiest).toBeGreaterThan(peak - 2 * Math.sqrt(peak));
    expect(busiest).toBeLessThan(peak + 5 * Math.sqrt(peak));
  });
});
