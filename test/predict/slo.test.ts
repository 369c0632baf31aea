import { describe, expect, it } from 'vitest';
import type { Draw } from '#src/predict/draw';
import { askedPercentiles, meetsSlo, parseSlo } from '#src/predict/meets-slo';
import { runDraws } from '#src/predict/run-draws';
import { METRICS } from '#src/collectors/metric-table';
import { readSystem } from '#src/systems/read-system';
import { poisson } from '../systems/arrivals.js';

/** One draw of a system that fails some requests. */
async function drawnOf(percentiles: readonly number[]): Promise<Draw> {
  const system = await readSystem('aws-sagemaker', { model: 'mobilenet', runtime: 'tf-serving' });
  const atMs = poisson(40, 60_000, 3);
  let drawn: Draw | undefined;
  const cell = { system, workload: 0, batch: 1, draws: [{ layer: 'plain', index: 0 }] } as const;
  const job = { seed: 1, workloads: [{ atMs, durationMs: 60_000 }], cells: [cell], percentiles };
  runDraws(job, 0, 1, (_, [first]) => (drawn = first));
  return drawn as Draw;
}

describe('--slo of a prediction', () => {
  it('asks for any percentile, and those that every draw holds are the same', async () => {
    const slo = parseSlo(['all.p(42)<1s', 'response.p(99.95)<1s', 'all.p(99)<1s', 'response.p(50)<1s']);
    const percentiles = askedPercentiles(slo);
    expect(percentiles).toEqual([42, 50, 99, 99.95]);
    const draw = await drawnOf(percentiles);
    const of = (text: string): number => parseSlo([`${text}<1s`])[0]?.of(draw) ?? NaN;
    expect(draw.successRatio).toBeLessThan(1);
    expect(of('response.p(50)')).toBe(draw.p50Ms);
    expect(of('response.p(99)')).toBe(draw.p99Ms);
    expect(of('all.p(50)')).toBe(draw.allP50Ms);
    expect(of('response.p(42)')).toBeLessThan(of('response.p(50)'));
    expect(of('response.p(99.95)')).toBeLessThanOrEqual(of('response.max'));
    // Failures are infinitely slow.
    expect(of('all.p(99.95)')).toBe(Infinity);
    expect([of('all.max'), of('all.mean')]).toEqual([Infinity, Infinity]);
    const failures = parseSlo(['failures<1'])[0]?.of(draw) ?? NaN;
    expect(failures).toBeCloseTo(draw.requests * (1 - draw.successRatio), 6);
    expect(parseSlo(['failures<1%'])[0]?.of(draw)).toBeCloseTo(failures / draw.requests, 12);
    expect(meetsSlo(draw, parseSlo(['all.max<900m']))).toBe(false);
    expect(meetsSlo(draw, parseSlo(['all.min<900m', 'coldStarts.mean<1ms', 'failures>0']))).toBe(true);
  });

  it('judges every metric of --threshold, or says why not', async () => {
    const LIMITS = { time: '1s', share: '1%', 'count-or-share': '1', count: '1', money: '1', quantity: '1' } as const;
    const judged: string[] = [];
    const draw = await drawnOf([99]);
    for (const { name, limit } of METRICS.values()) {
      const text = `${name}<${LIMITS[limit]}`;
      try {
        const slo = parseSlo([text]);
        const value = slo[0]?.of(draw);
        expect(typeof value, name).toBe('number');
        judged.push(name);
      } catch (thrown) {
        expect(String(thrown), name).toMatch(/^UserError: threshold '[^']+' cannot be predicted: [a-z][^\n]{20,}$/);
      }
    }
    expect(judged).toEqual(
      expect.arrayContaining(['all.p(99)', 'response.stdev', 'success', 'failures', 'cost.total']),
    );
    expect(judged).toHaveLength(20);
  });
});

it('a workload that comes after another finds the instances of that', async () => {
  const system = await readSystem('aws-lambda', { model: 'mobilenet', runtime: 'ort' });
  const atMs = poisson(20, 30_000, 3);
  const cell = { system, batch: 1, draws: [{ layer: 'plain', index: 0 }] } as const;
  const workloads = [{ atMs, durationMs: 30_000 }, { atMs, durationMs: 30_000, after: { atMs, durationMs: 30_000, gapMs: 1000 } }]; // prettier-ignore
  const coldStarts: number[] = [];
  const cells = workloads.map((_, workload) => ({ ...cell, workload }));
  runDraws({ seed: 1, workloads, cells }, 0, 1, (_, [first]) => coldStarts.push(first?.coldStarts ?? NaN));
  const [fresh = NaN, warm = NaN] = coldStarts;
  expect(fresh).toBeGreaterThan(10);
  expect(warm).toBeLessThan(fresh / 2);
});
