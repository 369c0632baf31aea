import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freshFolder, readRecord, runCli } from '../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-stages-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const virtual = ['--backend', 'null', '--time', 'virtual', '--no-html', '--format', 'quiet'];

type Corner = readonly [atS: number, perSecond: number];

const written = (corners: readonly Corner[]): string =>
  corners.map(([atS, rate]) => `${String(atS)}s:${String(rate)}`).join(',');

/** The closed form: the trapezoids under the curve up to a time. */
function expectedUntil(corners: readonly Corner[], endS: number): number {
  return corners.slice(1).reduce((sum, [toS, to], i) => {
    const [fromS, from] = corners[i] as Corner;
    if (endS <= fromS || toS === fromS) return sum;
    const reachedS = Math.min(endS, toS);
    const reached = from + ((to - from) * (reachedS - fromS)) / (toS - fromS);
    return sum + ((from + reached) * (reachedS - fromS)) / 2;
  }, 0);
}

async function generated(stages: string, ...more: string[]): Promise<readonly number[]> {
  const { code, stdout, stderr } = await runCli(['generate', 'piecewise', '--stages', stages, ...more]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { atMs: number[] }).atMs;
}

async function ran(...flags: string[]) {
  const out = freshFolder();
  const { code, stderr } = await runCli([...flags, ...virtual, '-o', out]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return readRecord(out);
}

describe('run --stages', () => {
  const ramp: readonly Corner[] = [
    [0, 0],
    [10, 200],
    [40, 200],
    [50, 0],
  ];

  it('sends the area under the curve: 8000 for a ramp, a level and a ramp down', async () => {
    const even = await ran('--stages', written(ramp), '--process', 'constant');
    expect([even.plan.planned, even.plan.durationMs]).toEqual([8000, 50_000]);
    const counts = await Promise.all(
      Array.from({ length: 12 }, async (_, seed) => (await generated(written(ramp), '--seed', String(seed))).length),
    );
    // The mean of 12 Poisson numbers of mean 8000 has a standard deviation of sqrt(8000 / 12) = 25.8.
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    expect(Math.abs(mean - 8000)).toBeLessThan(4 * 25.9);
    expect(new Set(counts).size).toBeGreaterThan(6);
  });

  it('and up to every moment the area until then: a step and a spike', async () => {
    const spike: readonly Corner[] = [
      [0, 50],
      [10, 50],
      [10, 1000],
      [12, 1000],
      [12, 50],
      [20, 0],
    ];
    const atMs = await generated(written(spike));
    for (const endS of [5, 9.999, 10.5, 12, 15, 20]) {
      const expected = expectedUntil(spike, endS);
      const found = atMs.filter((at) => at < endS * 1000).length;
      expect(Math.abs(found - expected), String(endS)).toBeLessThan(4.5 * Math.sqrt(expected));
    }
  });

  it('evenly: arrival i is where the area reaches i, for any curve', async () => {
    const corners = fc
      .array(fc.tuple(fc.nat(8), fc.nat(100)), { minLength: 1, maxLength: 4 })
      .map((steps): Corner[] => {
        let atS = 0;
        return [[0, 10], ...steps.map(([lengthS, rate]): Corner => [(atS += lengthS), rate])];
      })
      .filter((list) => (list.at(-1)?.[0] ?? 0) > 0);
    await fc.assert(
      fc.asyncProperty(corners, async (curve) => {
        const out = freshFolder();
        await runCli(['--stages', written(curve), '--process', 'constant', ...virtual, '-o', out]);
        const { code, stdout } = await runCli(['export', out, '--format', 'csv']);
        expect(code).toBe(0);
        const [header = '', ...rows] = stdout.trimEnd().split('\n');
        const column = header.split(',').indexOf('due_ms');
        const total = expectedUntil(curve, Infinity);
        expect(Math.abs(rows.length - total)).toBeLessThanOrEqual(1);
        rows.forEach((row, i) => {
          const atMs = Number(row.split(',')[column]);
          // Times are whole microseconds; at no rate here are there more than 300 of them in a second.
          expect(Math.abs(expectedUntil(curve, atMs / 1000) - i)).toBeLessThan(1e-3);
        });
      }),
      { numRuns: 8 },
    );
  });

  it('at one rate evenly is what --rate makes', async () => {
    const stages = await ran('--stages', '0s:40,5s:40', '--process', 'constant');
    const rate = await ran('--rate', '40/s', '--duration', '5s', '--process', 'constant');
    expect(stages.plan.planned).toBe(rate.plan.planned);
    expect(stages.trace.sha256).toBe(rate.trace.sha256);
  });

  it('is the trace that generate makes, also from a file and the environment', async () => {
    const text = '0s:10,5s:50';
    const typed = await ran('--stages', text);
    const file = join(folder, 'stages.yaml');
    writeFileSync(file, `stages: ${text}\nbackend: "null"\n`);
    const out = freshFolder();
    await runCli(['--config', file, '--time', 'virtual', '--no-html', '-q', '-o', out]);
    expect(readRecord(out).trace.sha256).toBe(typed.trace.sha256);
    const made = join(folder, 'made.json');
    await runCli(['generate', 'piecewise', '--points', text, '-o', made]);
    expect((await ran(made)).trace.sha256).toBe(typed.trace.sha256);
    expect(JSON.parse(readFileSync(made, 'utf8'))).toMatchObject({
      recipe: {
        points: [
          [0, 10],
          [5000, 50],
        ],
      },
    });
  });

  it('is known to check, estimate and --requests', async () => {
    const stages = ['--stages', '0s:0,10s:200', '--process', 'constant'];
    expect((await runCli(['check', '--backend', 'simulated', ...stages])).stdout).toContain('1000 requests in 10 s');
    const lambda = ['--backend', 'lambda', '--memory', '128', '--billed-ms', '18'];
    expect((await runCli(['estimate', ...stages, ...lambda])).stdout).toContain('1000 requests in 10 s');
    const first = await ran(...stages, '-n', '7');
    expect(first.plan.planned).toBe(7);
  });

  it.each([
    [['--stages', '0s:5,9s:5', '--rate', '5/s'], 'leave out --rate'],
    [['--stages', '0s:5,9s:5', '--duration', '9s'], 'leave out --duration'],
    [['trace.json', '--stages', '0s:5,9s:5'], 'leave out --stages, or the trace'],
    [['trace.json', '--process', 'constant'], 'leave out --process, or the trace'],
    [['--stages', '0s:5,9s:5', '--process', 'gamma'], '--process poisson or constant'],
    [['--stages', '0s:5,9s:5', '--scv', '2'], '--scv is of the gaps of --process gamma'],
    [['--stages', '0s:5,9s:5', '--column', 'a'], '--column: only for reading a trace file'],
    [['--stages', '30s:20,1m:20,30s:0'], 'write 0s:0,30s:20,90s:20,120s:0'],
    [['--stages', '10s:20,40s:20'], 'give the rate at the start first'],
    [['--stages', '0:5,10:5'], 'say the unit: 10s or 10ms'],
    [['--stages', '0s:0,10s:0'], '--stages: every rate is 0'],
    [['--stages', '0s:5'], 'give the end too'],
    [['--stages', '0s'], 'time:rate pairs'],
  ])('%j is refused in one line', async (flags, why) => {
    const { code, stdout, stderr } = await runCli([...flags, ...virtual]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(why);
    expect(stderr).toMatch(/^replay: [^\n]*\n$/);
  });
});
