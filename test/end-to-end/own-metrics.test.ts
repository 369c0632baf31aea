import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { freshFolder, readReport, ROOT, runCli } from '../support/run-cli.js';

const COUNTING = join(ROOT, 'test/support/counting-backend.js');
const load = ['--rate', '100/s', '--process', 'constant', '--backend', COUNTING, '--quiet'];
const virtual = [...load, '--duration', '10s', '--time', 'virtual'];

const first = (folder: string) => readReport(folder).sections.metrics;

describe('metrics of a backend', () => {
  it('are rows of the report, columns of the log and of exports, and things that thresholds name', async () => {
    const out = freshFolder();
    const thresholds = ['metrics.tokens.p(99)<991', 'metrics.tokens.sum>=500500', 'metrics.depth.count<700'];
    const { code, stdout } = await runCli([...virtual, '--out', out, ...thresholds.flatMap((t) => ['--threshold', t])]);
    expect(code).toBe(0);
    // 1, 2, ..., 1000; and 0.25 for two of three.
    const [tokens, depth] = first(out) ?? [];
    expect(tokens).toMatchObject({
      name: 'tokens',
      unit: 'tokens',
      count: 1000,
      sum: 500_500,
      mean: 500.5,
      min: 1,
      max: 1000,
    });
    for (const [p, exact] of [
      ['p50', 500],
      ['p90', 900],
      ['p99', 990],
    ] as const)
      expect(Math.abs((tokens?.[p] ?? NaN) / exact - 1)).toBeLessThan(5e-4);
    expect(depth).toEqual({
      name: 'depth',
      unit: null,
      count: 666,
      sum: 166.5,
      mean: 0.25,
      min: 0.25,
      p50: 0.25,
      p90: 0.25,
      p99: 0.25,
      max: 0.25,
    });
    expect(stdout).toMatch(/Own metrics +tokens, tokens \[requests, mean, p50, p90, p99, max, sum\]/);

    const schema: object = JSON.parse(readFileSync(join(ROOT, 'schemas/report.schema.json'), 'utf8'));
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
    expect(validate(readReport(out)), JSON.stringify(validate.errors)).toBe(true);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('Metrics of the backend');

    const { stdout: csv } = await runCli(['export', out, '--format', 'csv']);
    const [head = '', row = ''] = csv.split(/\r?\n/);
    const cell = (name: string): string | undefined => row.split(',')[head.split(',').indexOf(name)];
    expect([cell('metric_tokens'), cell('metric_depth')]).toEqual([String(Number(cell('seq')) + 1), '']);

    await runCli(['report', out]);
    expect(first(out)).toEqual([tokens, depth]);
  });

  it('count from the end of the warm-up, and once for each invocation of a batch', async () => {
    const [warm, batched] = [freshFolder(), freshFolder()];
    await runCli([...virtual, '--warmup', '5s', '--out', warm]);
    expect(first(warm)?.[0]).toMatchObject({ count: 500, min: 501 });
    await runCli([...virtual, '--batch-size', '4', '--batch-wait', '1s', '--out', batched]);
    expect(first(batched)?.[0]).toMatchObject({ count: 250, min: 1, max: 997 });
  });

  it('cross from the worker threads of a run in real time', async () => {
    const out = freshFolder();
    await runCli([...load, '--duration', '2s', '--workers', '2', '--pacing', 'economic', '--out', out]);
    expect(first(out)?.[0]).toMatchObject({ count: 200, sum: 20_100 });
  });

  it.each([
    ['metrics.token.mean<5', /has no metric token; did you mean metrics\.tokens\?/],
    ['metrics.tokens.mean<5ms', /give a plain number/],
    ['metrics.tokens.median<5', /there is no metric metrics\.tokens\.median/],
  ])('a threshold that makes no sense is one line: %s', async (threshold, message) => {
    const { code, stderr } = await runCli([...virtual, '--out', freshFolder(), '--threshold', threshold]);
    expect(stderr).toMatch(message);
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
  });

  it.each([
    '[{"name":"a b"}]',
    '[{"name":"a"},{"name":"a"}]',
    '{"tokens":1}',
    '[{"name":"a","unit":"\\u001b[31m"}]',
    '[null]',
  ])('a plugin that declares %s is refused in one line', async (declared) => {
    const { code, stderr } = await runCli([...virtual, '--out', freshFolder()], { COUNTING_METRICS: declared });
    expect(stderr).toMatch(/backend counting: metrics must be at most 16 entries/);
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
  });
});
