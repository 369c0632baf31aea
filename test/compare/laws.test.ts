import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockBootstrap } from '#src/compare/block-bootstrap';
import { blockSecondsFor } from '#src/compare/burst-seconds';
import { parseFailRule } from '#src/compare/fail-rule';
import { onFrontier } from '#src/compare/frontier';
import { COMPARED_METRICS } from '#src/collectors/metric-table';
import { modelTaken } from '#src/compare/model-taken';
import { rankTest } from '#src/compare/rank-test';
import type { RunBins } from '#src/compare/run-bins';
import type { RunFacts } from '#src/compare/run-facts';
import { seededRandom } from '#src/generator/random';

test('on the frontier is exactly what nothing beats, and whatever is off it is beaten by something on it', () => {
  const place = fc.record({ cost: fc.integer({ min: 1, max: 6 }), latency: fc.integer({ min: 1, max: 6 }) });
  fc.assert(
    fc.property(fc.array(place, { minLength: 1, maxLength: 12 }), (all) => {
      const best = all.filter((one) => onFrontier(one, all) === true);
      for (const one of all) {
        const beaten = best.some((by) => by.cost <= one.cost && by.latency <= one.latency && by.cost + by.latency < one.cost + one.latency); // prettier-ignore
        expect(onFrontier(one, all)).toBe(!beaten);
      }
    }),
  );
});

test('what costs an unknown amount, or never ends, is on no frontier and beats nothing', () => {
  const known = { cost: 5, latency: 5 };
  const all = [known, { cost: NaN, latency: 1 }, { cost: 1, latency: Infinity }];
  expect(all.map((one) => onFrontier(one, all))).toEqual([true, null, null]);
});

test('the rank test is the share of all splits that are as uneven, ties and endless values too', () => {
  const value = fc.constantFrom(1, 2, 3, 4, Infinity);
  const values = fc.array(value, { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(values, values, (a, b) => {
      expect(rankTest(a, b)).toBeCloseTo(byAllSplits(a, b), 12);
    }),
  );
  expect(rankTest([1, 2, 3, 4, 5], [6, 7, 8, 9, Infinity])).toBeCloseTo(2 / 252, 12);
});

/** Brute force: sums of mean ranks over every choice of this many of all values. */
function byAllSplits(a: readonly number[], b: readonly number[]): number {
  const all = [...a, ...b];
  const ranks = all.map((x) => all.filter((y) => y < x).length + (all.filter((y) => y === x).length + 1) / 2);
  const middle = (a.length * (all.length + 1)) / 2;
  const far = (chosen: readonly number[]): number =>
    Math.abs(chosen.reduce((sum, i) => sum + (ranks[i] as number), 0) - middle);
  const seen = far([...a.keys()]);
  const splits = Array.from({ length: 2 ** all.length }, (_, bits) => [...all.keys()].filter((i) => (bits >> i) & 1)).filter(({ length }) => length === a.length); // prettier-ignore
  return splits.filter((chosen) => far(chosen) >= seen - 1e-9).length / splits.length;
}

test('draws of independent seconds spread as their mean does: sd / sqrt(n)', () => {
  const bins = binsOf(Array.from({ length: 400 }, (_, i) => 100 + 20 * normalAt(i)));
  const means = blockBootstrap(bins, 1, seededRandom(1)).replicates['response.mean'] as Float64Array;
  expect(deviation(means)).toBeCloseTo(deviation(bins.sumMs) / Math.sqrt(400), 1);
  expect(blockBootstrap(bins, 1, seededRandom(1))).toEqual(blockBootstrap(bins, 1, seededRandom(1)));
});

test('bursts widen what blocks see: seconds in runs of 20 alike have the mean spread of a twentieth of them', () => {
  const bins = binsOf(Array.from({ length: 2000 }, (_, i) => 100 + 20 * normalAt(Math.floor(i / 20))));
  const spread = (block: number): number =>
    deviation(blockBootstrap(bins, block, seededRandom(1)).replicates['response.mean'] as Float64Array);
  const truth = 20 / Math.sqrt(2000 / 20);
  expect(spread(1)).toBeLessThan(truth / 3);
  expect(spread(80)).toBeGreaterThan(truth * 0.7);
  expect(spread(80)).toBeLessThan(truth * 1.3);
});

test('blocks are as long as bursts, at least 5 s, at most a quarter of the run', () => {
  const bursts = Array.from({ length: 1201 }, (_, i) => (Math.floor(i / 30) % 2 === 0 ? 10 : 100) + (i % 3));
  expect(blockSecondsFor(bursts)).toBeGreaterThanOrEqual(14);
  expect(blockSecondsFor(bursts)).toBeLessThanOrEqual(60);
  expect(blockSecondsFor(new Array<number>(600).fill(50))).toBe(5);
  expect(blockSecondsFor(new Array<number>(8).fill(50))).toBe(2);
  expect(blockSecondsFor([])).toBe(1);
});

test('every metric has a rule in its bad direction and in its units, and in no other', () => {
  const units = { ms: '5ms', share: '0.1pp', money: '0.05', count: '3', quantity: '3' } as const;
  for (const { name, worse, unit } of COMPARED_METRICS) {
    const [good, bad] = worse === 'more' ? ['<-', '>+'] : ['>+', '<-'];
    expect(parseFailRule(`${name}${bad}10%`)).toMatchObject({
      metric: { name },
      limit: { kind: 'relative', amount: 0.1 },
    });
    expect(parseFailRule(` ${name} ${bad} ${units[unit]} `).limit.kind).toBe('absolute');
    expect(() => parseFailRule(`${name}${good}10%`)).toThrow(`write '${name}${bad}10%'`);
    expect(() => parseFailRule(`${name}${bad}10furlongs`)).toThrow('give');
  }
  expect(parseFailRule('response.mean>+1.5s').limit.amount).toBe(1500);
  expect(parseFailRule('success<-0.1pp').limit.amount).toBeCloseTo(0.001, 12);
});

test('a text that is no rule is refused in one line that says what to give', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      expect(() => parseFailRule(text)).toThrow(/give|did you mean|write/);
    }),
  );
  expect(() => parseFailRule('all.p99>+10%')).toThrow('did you mean all.p(99)?');
  expect(() => parseFailRule('all.p(99)>10%')).toThrow("such as 'all.p(99)>+10%'");
});

/** One success a second, with that response. */
function binsOf(responses: readonly number[]): RunBins {
  const ones = new Float64Array(responses.length).fill(1);
  const edgesMs = Float64Array.from(new Set(responses)).sort();
  const cells = responses.map((ms) => ({ bucket: Uint32Array.of(edgesMs.indexOf(ms)), times: Uint32Array.of(1) }));
  const sumMs = Float64Array.from(responses);
  return { count: responses.length, seconds: 1, requests: ones, ok: ones, sumMs, edgesMs, cells };
}

function normalAt(index: number): number {
  return seededRandom(`normal ${String(index)}`).normal();
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
}

test('who reports no model is taken for the one that all others of the workload tell', () => {
  const model = fc.constantFrom(null, 'a', 'b');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('w', 'v'), model), { maxLength: 12 }), (told) => {
      const runs = told.map(([folder, model]) => ({ folder, model }) as RunFacts);
      const taken = modelTaken(runs, ({ folder }) => folder);
      for (const workload of ['w', 'v']) {
        const models = new Set(told.flatMap(([of, one]) => (of === workload && one !== null ? [one] : [])));
        expect(taken.get(workload)).toBe(models.size === 1 ? [...models][0] : undefined);
      }
    }),
  );
});
