import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectations, logLikelihood, stationaryLaw, survivals } from '#src/fit/likelihood';
import { kolmogorov } from '#src/fit/kolmogorov';
import { observedGaps, rowsOf, withDiagonal, type MmppParameters, type ObservedGaps } from '#src/fit/mmpp-data';
import { UniformisedLikelihood } from '#src/fit/uniformised-likelihood';
import { dot, matrixExponential, rowTimes, scale } from '#src/generator/dense-matrix';
import { mmpp } from '#src/generator/mmpp';
import { mmppModel } from '#src/generator/mmpp-model';
import { seededRandom } from '#src/generator/random';
import { gathered } from '../generator/statistics.js';

const positive = (min: number, max: number) =>
  fc.double({ min: Math.log(min), max: Math.log(max), noNaN: true }).map(Math.exp);

function parametersOf(states: number): fc.Arbitrary<MmppParameters> {
  return fc
    .tuple(
      fc.array(positive(0.1, 200), { minLength: states, maxLength: states }),
      fc.array(positive(0.005, 20), { minLength: states * states, maxLength: states * states }),
    )
    .map(([rates, q]) => ({ rates: Float64Array.from(rates), q: withDiagonal(Float64Array.from(q), states) }));
}

const observations = fc
  .tuple(fc.array(positive(1e-4, 3), { minLength: 1, maxLength: 25 }), positive(1e-3, 3))
  .map(([gaps, rest]): ObservedGaps => ({ gaps: Float64Array.from(gaps), rest }));

/** pi e^(C x1) L e^(C x2) L ... e^(C rest) 1, by plain matrices. */
function direct({ rates, q }: MmppParameters, { gaps, rest }: ObservedGaps, first: Float64Array): number {
  const states = rates.length;
  const c = rowsOf(q, states).map((row, i) => row.map((value, j) => (i === j ? value - (rates[i] ?? NaN) : value)));
  let law: number[] = [...first];
  let logs = 0;
  for (const gap of gaps) {
    law = rowTimes(law, matrixExponential(scale(c, gap))).map((value, i) => value * (rates[i] ?? NaN));
    const sum = law.reduce((total, one) => total + one, 0);
    logs += Math.log(sum);
    law = law.map((one) => one / sum);
  }
  return logs + Math.log(dot(rowTimes(law, matrixExponential(scale(c, rest))), law.map(() => 1))); // prettier-ignore
}

describe('the likelihood of an MMPP', () => {
  it.each([2, 3, 4])('of %i states equals a direct matrix computation to 1e-9', (states) => {
    fc.assert(
      fc.property(parametersOf(states), observations, (parameters, observed) => {
        const expected = direct(parameters, observed, stationaryLaw(parameters));
        expect(Math.abs(logLikelihood(parameters, observed) - expected)).toBeLessThan(
          1e-9 * Math.max(1, Math.abs(expected)),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('and its expectations are the same by both ways for two states', () => {
    fc.assert(
      fc.property(parametersOf(2), observations, (parameters, observed) => {
        const first = stationaryLaw(parameters);
        const closed = expectations(parameters, observed, first);
        const series = new UniformisedLikelihood(parameters).expectations(first, observed);
        const total = observed.gaps.reduce((sum, gap) => sum + gap, observed.rest);
        expect(closed.seconds.reduce((sum, one) => sum + one, 0) / total).toBeCloseTo(1, 8);
        for (const name of ['arrivals', 'seconds', 'jumps', 'first'] as const)
          closed[name].forEach((value, i) => {
            expect(Math.abs(value - (series[name][i] ?? NaN))).toBeLessThan(1e-7 * Math.max(1, Math.abs(value)));
          });
      }),
      { numRuns: 200 },
    );
  });

  it.each([2, 3])('of %i states has the derivatives that its expectations say (Fisher)', (states) => {
    fc.assert(
      fc.property(parametersOf(states), observations, (parameters, observed) => {
        const first = stationaryLaw(parameters);
        const { arrivals, seconds, jumps } = expectations(parameters, observed, first);
        const step = 1e-5;
        const moved = (of: 'rates' | 'q', at: number, by: number): MmppParameters => {
          const values = Float64Array.from(parameters[of]);
          values[at] = (values[at] ?? NaN) * Math.exp(by);
          return { ...parameters, [of]: of === 'q' ? withDiagonal(values, states) : values };
        };
        const slope = (of: 'rates' | 'q', at: number): number =>
          (logLikelihood(moved(of, at, step), observed, first) - logLikelihood(moved(of, at, -step), observed, first)) /
          (2 * step);
        for (let i = 0; i < states; i++) {
          const byRate = (arrivals[i] ?? NaN) - (parameters.rates[i] ?? NaN) * (seconds[i] ?? NaN);
          expect(Math.abs(byRate - slope('rates', i))).toBeLessThan(1e-4 * Math.max(1, Math.abs(byRate)));
          for (let j = 0; j < states; j++) {
            if (i === j) continue;
            const at = i * states + j;
            const byJump = (jumps[at] ?? NaN) - (parameters.q[at] ?? NaN) * (seconds[i] ?? NaN);
            expect(Math.abs(byJump - slope('q', at))).toBeLessThan(1e-4 * Math.max(1, Math.abs(byJump)));
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('holds over silences of any length', () => {
    const parameters = {
      rates: Float64Array.of(0.001, 100, 400),
      q: withDiagonal(Float64Array.of(0, 0.01, 0.01, 1, 0, 1, 1, 1, 0), 3),
    };
    const observed = { gaps: Float64Array.of(0.01, 0.01, 500, 0.01), rest: 10 };
    const first = stationaryLaw(parameters);
    const { logLikelihood: value, seconds } = expectations(parameters, observed, first);
    expect(value).toBeCloseTo(direct(parameters, observed, first), 6);
    expect(seconds.reduce((sum, one) => sum + one, 0)).toBeCloseTo(510.03, 6);
  });

  it.each([2, 3])('of %i states makes gaps uniform (time rescaling)', (states) => {
    const q = Array.from({ length: states }, (_, i) =>
      Array.from({ length: states }, (__, j) => (i === j ? -0.2 * (states - 1) : 0.2)),
    );
    const rates = [5, 60, 20].slice(0, states);
    const atMs = gathered(mmpp(mmppModel(rates, q)).arrivals(seededRandom(states), 100_000));
    const parameters = { rates: Float64Array.from(rates), q: Float64Array.from(q.flat()) };
    const ours = kolmogorov(survivals(parameters, observedGaps(atMs, 100_000)));
    expect(ours.p).toBeGreaterThan(0.001);
    const wrong = kolmogorov(
      survivals({ ...parameters, rates: parameters.rates.map((rate) => rate * 1.3) }, observedGaps(atMs, 100_000)),
    );
    expect(wrong.p).toBeLessThan(1e-6);
  });
});
