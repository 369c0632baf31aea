import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StudyResult } from '#src/study/study-result';
import { runCli } from '../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'predict-'));
const trace = join(folder, 'short.csv');
writeFileSync(trace, `at_s\n${Array.from({ length: 400 }, (_, i) => (i * 0.05).toFixed(3)).join('\n')}\n`);

const predict = (...args: readonly string[]) => runCli(['predict', trace, '--draws', '5', '--quiet', ...args]);

describe('replay predict', () => {
  it('is the same to the bit when it is made again, and each range holds its median', async () => {
    const args = ['--system', 'aws-lambda', '--system', 'aws-cpu', '--json'];
    const [first, again] = [await predict(...args), await predict(...args)];
    expect(first.code).toBe(0);
    expect(again.stdout).toBe(first.stdout);
    const { cells, modelError } = JSON.parse(first.stdout) as StudyResult;
    expect(modelError?.factor).toBeGreaterThanOrEqual(1.3);
    for (const { latency, raw, successRatio } of cells) {
      const [wide, narrow] = [latency.meanMs, raw.latency.meanMs];
      expect(wide.median).toBe(narrow.median);
      expect((narrow.high ?? NaN) * (modelError?.factor ?? NaN)).toBeCloseTo(wide.high ?? NaN, 6);
      expect((narrow.low ?? NaN) / (modelError?.factor ?? NaN)).toBeCloseTo(wide.low ?? NaN, 6);
      expect(successRatio.median).toBeLessThanOrEqual(1);
    }
  });

  it('with --slo names the cheapest that meets it, and the capacity that others need', async () => {
    const { stdout, code } = await predict('--system', 'aws-lambda', '--system', 'aws-cpu', '--slo', 'success>99%', '--slo', 'all.p(42)<2s'); // prettier-ignore
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Answer\n {2}aws-lambda \(ort\): the cheapest that meets success>99% and\s+all\.p\(42\)<2s/m,
    );
    expect(stdout).toMatch(/aws-cpu \(tf-serving\): 1 \(/);
  });

  it('instances that are always there make a bill by the request a floor', async () => {
    const { stdout } = await predict('--system', 'aws-lambda', '--set', 'pool.provisioned=5', '--json');
    const [cell] = (JSON.parse(stdout) as StudyResult).cells;
    expect(cell?.cost.floorOnly).toBe(true);
    expect(cell?.flags.join()).toContain('floor only: instances that are always there');
  });

  it('--sweep memory makes time and price change places', async () => {
    const { stdout } = await predict('--system', 'aws-lambda', '--sweep', 'memory=1024,2048', '--json');
    const { cells } = JSON.parse(stdout) as StudyResult;
    const [half, whole] = cells.map(({ raw, calculator }) => ({ ms: calculator?.meanMs ?? NaN, usd: raw.cost.usd.median ?? NaN })); // prettier-ignore
    expect(half?.ms).toBeGreaterThan((whole?.ms ?? NaN) + 10);
    // Half the memory for twice the time costs the same, up to the millisecond that a bill is rounded to.
    expect((half?.usd ?? NaN) / (whole?.usd ?? NaN)).toBeGreaterThan(0.9);
    expect((half?.usd ?? NaN) / (whole?.usd ?? NaN)).toBeLessThan(1.1);
    expect(cells[0]?.flags.join()).toContain('extrapolated');
  });

  it.each([
    [['--system', 'aws-lamda'], /^replay: no system is named aws-lamda; did you mean aws-lambda\?/],
    [['--system', 'aws-lambda', '--model', 'bert'], /^replay: aws-lambda cannot be predicted for bert: it has /],
    [
      ['--system', 'aws-lambda', '--slo', 'lateness.max<1s'],
      /^replay: threshold 'lateness\.max<1s' cannot be predicted: it is about /,
    ],
    [['--system', 'aws-lambda', '--slo', 'x<1'], /^replay: threshold 'x<1': there is no metric x/],
    [['--system', 'aws-lambda', '--sweep', 'batch=0'], /^replay: --sweep batch: 0 is no whole number/],
    [['--system', 'aws-cpu', '--sweep', 'memory=512'], /^replay: --system: aws-cpu is not billed by its memory/],
    [
      ['--system', 'aws-lambda', '--set', 'pool.idleLifetime=-1'],
      /^replay: --system: pool\.idleLifetime -1: give a number/,
    ],
    [['--system', 'aws-lambda', '--every', '1h'], /^replay: --every says how often .* add --per month/],
  ])('%j is one line and exit 2', async (args, message) => {
    const { code, stdout, stderr } = await predict(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.split('\n')).toHaveLength(2);
  });

  it('a trace with too few requests is refused', async () => {
    const few = join(folder, 'few.csv');
    writeFileSync(few, 'at_s\n0\n1\n2\n');
    const { code, stderr } = await runCli(['predict', few, '--system', 'aws-lambda', '--quiet']);
    expect(code).toBe(2);
    expect(stderr).toBe('replay: trace few has 3 requests; a prediction needs at least 20\n');
  });
});
