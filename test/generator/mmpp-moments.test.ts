import { identity, inverse, matrixExponential, multiply, solve, type Matrix } from '#src/generator/dense-matrix';
import { mmppModel, uniformJumps } from '#src/generator/mmpp-model';
import { mmppMoments, twoStateMoments, type MmppMoments } from '#src/generator/mmpp-moments';
import { modelOf } from '#src/generator/process-of';
import { presetRecipe, PRESET_NAMES } from '#src/generator/presets';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const jumpRate = fc.double({ min: 0.01, max: 10, noNaN: true });
const perSecond = fc.double({ min: 0, max: 300, noNaN: true });

function near(value: number, expected: number, relative: number): void {
  expect(Math.abs(value - expected), `${String(value)} against ${String(expected)}`).toBeLessThanOrEqual(
    relative * Math.max(1, Math.abs(expected)),
  );
}

/** Equal up to half of the last printed digit. */
function agrees(value: number, printed: string): void {
  const digits = printed.split('.')[1]?.length ?? 0;
  expect(Math.abs(value - Number(printed)), `${String(value)} against ${printed}`).toBeLessThanOrEqual(
    0.501 * 10 ** -digits,
  );
}

const twoStates = (low: number, high: number, sojournLowS: number, sojournHighS: number) =>
  mmppModel(
    [low, high],
    [
      [-1 / sojournLowS, 1 / sojournLowS],
      [1 / sojournHighS, -1 / sojournHighS],
    ],
  );

describe('golden values', () => {
  it.each([
    // mean, SCV, rho(1), rho(10), IDC(1), IDC(10), IDC(60), IDC(inf)
    ['BATCH 10/120', twoStates(10, 120, 20, 20), '65.00', '6.01', '.4146', '.3949', '46.0', '343', '777', '932'],
    ['BATCH 10/200', twoStates(10, 200, 100, 100), '105', '10.02', '.450', '', '86.4', '806', '3591', '8596'],
    [
      '10/200',
      mmppModel(
        [200, 10],
        [
          [-1 / 50, 1 / 50],
          [1 / 62, -1 / 62],
        ],
      ),
      '94.82',
      '9.906',
      '.4488',
      '.4419',
      '94.0',
      '838',
      '3082',
      '',
    ],
    [
      '8/1',
      mmppModel(
        [8, 1],
        [
          [-0.5, 0.5],
          [0.8, -0.8],
        ],
      ),
      '5.308',
      '2.557',
      '.1635',
      '.0006',
      '2.48',
      '4.10',
      '4.32',
      '',
    ],
    [
      'workload-120, three states',
      mmppModel(
        [10, 65, 120],
        [
          [-0.013333, 0.013333, 0],
          [0.008, -0.014667, 0.006667],
          [0, 0.016, -0.016],
        ],
      ),
      '60.0',
      '3.69',
      '',
      '',
      '',
      '',
      '',
      '3410',
    ],
    [
      'workload-200, three states',
      mmppModel(
        [10, 105, 200],
        [
          [-0.0161, 0.0161, 0],
          [0.01, -0.01805, 0.00805],
          [0, 0.02, -0.02],
        ],
      ),
      '94.7',
      '5.89',
      '',
      '',
      '',
      '',
      '',
      '',
    ],
    [
      'workload-40, three states',
      mmppModel(
        [6.667, 23.333, 40],
        [
          [-0.010014, 0.010014, 0],
          [0.010776, -0.015783, 0.005007],
          [0, 0.021552, -0.021552],
        ],
      ),
      '17.24',
      '2.14',
      '',
      '',
      '',
      '',
      '',
      '',
    ],
  ] as const)('%s', (_name, model, mean, scv, rho1, rho10, idc1, idc10, idc60, idcLimit) => {
    const moments = mmppMoments(model);
    const found = [
      moments.meanPerSecond,
      moments.scv,
      moments.autocorrelation(1),
      moments.autocorrelation(10),
      moments.idc(1),
      moments.idc(10),
      moments.idc(60),
      moments.idcLimit,
    ];
    [mean, scv, rho1, rho10, idc1, idc10, idc60, idcLimit].forEach((printed, i) => {
      if (printed !== '') agrees(found[i] ?? NaN, printed);
    });
  });

  it.each([
    ['workload-40', '17.241', '2.801', '.3209', '14.81', '127.0', '488.7', '885.4', '3577', 870],
    ['workload-120', '60.000', '5.993', '.4160', '50.51', '455.5', '1806', '3410', '6647', 250],
    ['workload-200', '94.737', '9.904', '.4488', '94.03', '838.8', '3085', '5217', '8957', 190],
  ] as const)('%s', (name, mean, scv, rho1, idc1, idc10, idc60, idcLimit, sdOfCount, seconds) => {
    const moments = mmppMoments(modelOf(presetRecipe(name)));
    agrees(moments.meanPerSecond, mean);
    agrees(moments.scv, scv);
    agrees(moments.autocorrelation(1), rho1);
    agrees(moments.idc(1), idc1);
    agrees(moments.idc(10), idc10);
    agrees(moments.idc(60), idc60);
    agrees(moments.idcLimit, idcLimit);
    agrees(Math.sqrt(moments.idc(seconds) * moments.meanPerSecond * seconds), sdOfCount);
  });

  it('presets have exactly the mean of their count', () => {
    for (const name of PRESET_NAMES) {
      const recipe = presetRecipe(name);
      near(mmppMoments(modelOf(recipe)).meanPerSecond, ((recipe.count ?? NaN) * 1000) / recipe.durationMs, 1e-12);
    }
  });
});

describe('k states', () => {
  it('with two are the scalar formulas, to 1e-8', () => {
    fc.assert(
      fc.property(
        perSecond,
        fc.double({ min: 0.1, max: 300, noNaN: true }),
        jumpRate,
        jumpRate,
        (rate1, rate2, r12, r21) => {
          const scalar = twoStateMoments(rate1, rate2, r12, r21);
          const matrix = mmppMoments(
            mmppModel(
              [rate1, rate2],
              [
                [-r12, r12],
                [r21, -r21],
              ],
            ),
          );
          const list = (m: MmppMoments) => [
            ...m.stationary,
            m.meanPerSecond,
            m.scv,
            m.idcLimit,
            m.idc(0.1),
            m.idc(1),
            m.idc(30),
          ];
          list(scalar).forEach((value, i) => {
            near(list(matrix)[i] ?? NaN, value, 1e-8);
          });
          // Where both rates are all but equal, gaps are all but uncorrelated, and a ratio of roundings remains.
          if (scalar.scv > 1.001)
            for (const lag of [1, 2, 7]) near(matrix.autocorrelation(lag), scalar.autocorrelation(lag), 1e-8);
        },
      ),
    );
  });

  const model = fc.integer({ min: 1, max: 5 }).chain((k) =>
    fc
      .tuple(
        fc.array(fc.double({ min: 0.5, max: 50, noNaN: true }), { minLength: k, maxLength: k }),
        fc.array(fc.array(jumpRate, { minLength: k, maxLength: k }), { minLength: k, maxLength: k }),
      )
      .map(([rates, rows]) =>
        mmppModel(
          rates,
          rows.map((row, i) =>
            row.map((value, j) => (i === j ? value - row.reduce((sum, other) => sum + other, 0) : value)),
          ),
        ),
      ),
  );

  it('are tied together: IDC(inf) = SCV (1 + 2 sum of autocorrelations), pi Q = 0, IDC(0+) = 1', () => {
    fc.assert(
      fc.property(model, (chain) => {
        const moments = mmppMoments(chain);
        let sum = 0;
        // Where ten lags in a row add nothing, no later one does: each is a sum of at most four decays.
        for (let lag = 1, nothing = 0; lag <= 400 && nothing < 10; lag++) {
          const correlation = moments.autocorrelation(lag);
          sum += correlation;
          nothing = Math.abs(correlation) < 1e-15 ? nothing + 1 : 0;
        }
        if (Math.abs(moments.autocorrelation(400)) < 1e-12 && moments.scv > 1.0001)
          near(moments.scv * (1 + 2 * sum), moments.idcLimit, 1e-6);
        multiply([moments.stationary], chain.q)[0]?.forEach((flow) => {
          near(flow, 0, 1e-12);
        });
        near(moments.idc(1e-4), 1, 0.02);
        near(moments.idc(1e6), moments.idcLimit, 1e-4);
        expect(moments.scv).toBeGreaterThanOrEqual(1 - 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  it('all of one rate are Poisson', () => {
    const moments = mmppMoments(uniformJumps([7, 7, 7], [100, 2000, 30]));
    for (const value of [moments.scv, moments.idc(1), moments.idc(100), moments.idcLimit]) near(value, 1, 1e-12);
    near(moments.meanPerSecond, 7, 1e-12);
  });

  it('do not depend on the unit of time', () => {
    const slow = mmppMoments(
      mmppModel(
        [1, 20, 4],
        [
          [-1, 0.5, 0.5],
          [1, -3, 2],
          [0.25, 0.25, -0.5],
        ],
      ),
    );
    const fast = mmppMoments(
      mmppModel(
        [10, 200, 40],
        [
          [-10, 5, 5],
          [10, -30, 20],
          [2.5, 2.5, -5],
        ],
      ),
    );
    near(fast.scv, slow.scv, 1e-12);
    near(fast.idc(1), slow.idc(10), 1e-10);
    near(fast.autocorrelation(3), slow.autocorrelation(3), 1e-10);
  });
});

describe('model', () => {
  it('has the stationary law of sojourns where jumps are uniform', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 8 }),
        (sojourns) => {
          const { stationary } = uniformJumps(
            sojourns.map(() => 1),
            sojourns,
          );
          const total = sojourns.reduce((sum, value) => sum + value, 0);
          stationary.forEach((share, i) => {
            near(share, (sojourns[i] ?? NaN) / total, 1e-12);
          });
        },
      ),
    );
  });

  it.each([
    [/^rates: /, () => mmppModel([], [])],
    [
      /^rates: every rate is 0/,
      () =>
        mmppModel(
          [0, 0],
          [
            [-1, 1],
            [1, -1],
          ],
        ),
    ],
    [
      /^rates\[1\]: /,
      () =>
        mmppModel(
          [1, -1],
          [
            [-1, 1],
            [1, -1],
          ],
        ),
    ],
    [/^q: give one row for each of the 2/, () => mmppModel([1, 2], [[-1, 1]])],
    [/^q\[1\]: give 2 numbers/, () => mmppModel([1, 2], [[-1, 1], [1]])],
    [
      /^q\[0\]\[1\]: /,
      () =>
        mmppModel(
          [1, 2],
          [
            [1, -1],
            [1, -1],
          ],
        ),
    ],
    [
      /^q\[1\]: its sum is not 0/,
      () =>
        mmppModel(
          [1, 2],
          [
            [-1, 1],
            [1, -2],
          ],
        ),
    ],
    [
      /^q: some state cannot be reached/,
      () =>
        mmppModel(
          [1, 2],
          [
            [-1, 1],
            [0, 0],
          ],
        ),
    ],
    [
      /^q: some state cannot be reached/,
      () =>
        mmppModel(
          [1, 2],
          [
            [0, 0],
            [1, -1],
          ],
        ),
    ],
    [/^sojournMs: /, () => uniformJumps([1, 2], [5])],
    [/^sojournMs: /, () => uniformJumps([1, 2], 0)],
  ])('refuses with %s', (message, make) => {
    expect(make).toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringMatching(message) as string }),
    );
  });
});

describe('matrices', () => {
  const square = fc.integer({ min: 1, max: 6 }).chain((n) =>
    fc.array(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: n, maxLength: n }), {
      minLength: n,
      maxLength: n,
    }),
  );
  const alike = (a: Matrix, b: Matrix, relative: number) => {
    a.forEach((row, i) => {
      row.forEach((value, j) => {
        near(value, b[i]?.[j] ?? NaN, relative);
      });
    });
  };

  it('a solution solves', () => {
    fc.assert(
      fc.property(square, (a) => {
        // Made diagonally dominant, hence regular and well conditioned.
        const regular = a.map((row, i) => row.map((value, j) => (i === j ? value + (value < 0 ? -40 : 40) : value)));
        alike(multiply(regular, solve(regular, a)), a, 1e-11);
        alike(multiply(inverse(regular), regular), identity(a.length), 1e-12);
      }),
    );
  });

  it('pivots where the first entry is 0, and refuses a singular matrix', () => {
    alike(
      inverse([
        [0, 1],
        [1, 0],
      ]),
      [
        [0, 1],
        [1, 0],
      ],
      0,
    );
    expect(() =>
      inverse([
        [1, 2],
        [2, 4],
      ]),
    ).toThrow(RangeError);
  });

  it('e^A has e^0 = 1, e^A e^-A = 1, its scalar case and rotations', () => {
    alike(
      matrixExponential([
        [0, 0],
        [0, 0],
      ]),
      identity(2),
      0,
    );
    fc.assert(
      fc.property(fc.double({ min: -20, max: 5, noNaN: true }), (x) => {
        near(matrixExponential([[x]])[0]?.[0] ?? NaN, Math.exp(x), 1e-12);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: -10, max: 10, noNaN: true }), (angle) => {
        alike(
          matrixExponential([
            [0, -angle],
            [angle, 0],
          ]),
          [
            [Math.cos(angle), -Math.sin(angle)],
            [Math.sin(angle), Math.cos(angle)],
          ],
          1e-12,
        );
      }),
    );
    fc.assert(
      fc.property(square, (a) => {
        alike(
          multiply(
            matrixExponential(a.map((row) => row.map((value) => value / 5))),
            matrixExponential(a.map((row) => row.map((value) => -value / 5))),
          ),
          identity(a.length),
          1e-8,
        );
      }),
    );
  });
});
