import { Ajv2020 } from 'ajv/dist/2020.js';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareRuns } from '#src/compare/compare-runs';
import { findRuns } from '#src/compare/find-runs';
import { metricOf } from '#src/compare/metric-of';
import type { Report } from '#src/report';
import { expectConserved, type Finished, readReport, ROOT, runCli, spawnCli } from '../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-compare-'));
const at = (name: string): string => join(folder, name);
const WINDOW = ['traces/workload-40.json', '--from', '100s', '--to', '120s'];
const SERVICE = ['--backend', 'simulated', '--time', 'virtual', '--set', 'servers=2', '--set', 'law=exponential'];

function repeat(name: string, times: number, ...more: string[]): Promise<Finished> {
  return runCli(['run', ...WINDOW, ...SERVICE, '--no-html', '--repeat', String(times), '-o', at(name), ...more]);
}

let first: Finished;

beforeAll(async () => {
  const machine = ['--machine', 'aws:t2.2xlarge'];
  [first] = await Promise.all([
    repeat('before', 5, ...machine),
    repeat('same', 5, '--seed', '101', '-q', ...machine),
    repeat('slower', 5, '--seed', '201', '--set', 'service=26ms', '-q', ...machine),
    repeat('failing', 5, '--seed', '301', '--set', 'failure-ratio=0.05', '-q', ...machine),
  ]);
  cpSync(at('same/1'), at('faster'), { recursive: true });
  spoil('faster', 'run.json', (record) => ({ ...record, window: { ...(record['window'] as object), speed: 2 } }));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('--repeat makes this many runs, each in a folder of its own, and sums them up', () => {
  expect(first.code).toBe(0);
  expect(readdirSync(at('before'))).toEqual(['1', '2', '3', '4', '5']);
  expect(first.stderr.match(/run \d of 5: VALID/g)).toHaveLength(5);
  expect(first.stdout).toMatch(/simulated on aws:t2.2xlarge\n +5 .*±/);
  const seeds = ['1', '2', '5'].map((run) => (JSON.parse(readFileSync(join(at('before'), run, 'run.json'), 'utf8')) as { seed: number }).seed); // prettier-ignore
  expect(seeds).toEqual([1, 2, 5]);
});

test('Ctrl-C ends the run under way and the series with it; what was made stays', async () => {
  const args = [
    '--rate',
    '50/s',
    '--duration',
    '2s',
    '--backend',
    'null',
    '--repeat',
    '3',
    '--no-html',
    '-o',
    at('cut'),
  ];
  const { code, stderr } = await spawnCli(args, (child) => {
    let [isSecond, isStopped] = [false, false];
    child.stderr?.on('data', (bytes: Buffer) => {
      // The second run has begun once it reports its progress. A second signal would kill at once.
      if (isSecond && !isStopped && bytes.includes('1s of 2s')) isStopped = child.kill('SIGINT');
      isSecond ||= bytes.includes('run 1 of 3: ');
    });
  });
  expect(code, stderr).toBe(130);
  expect(readdirSync(at('cut'))).toEqual(['1', '2']);
  const [whole, cut] = ['1', '2'].map((run) => readReport(join(at('cut'), run)));
  expect(whole?.run.interrupted).toBe(false);
  expect(cut?.run.interrupted).toBe(true);
  for (const report of [whole, cut]) expectConserved(report as Report);
});

describe('the regression gate', () => {
  const gate = (candidate: string, ...rules: string[]): Promise<Finished> =>
    runCli(['compare', at(candidate), '--baseline', at('before'), ...rules.flatMap((rule) => ['--fail-if', rule])]);

  test('does not flag noise, catches a regression, and sees failures that leave no p99', async () => {
    const rules = ['response.mean>+5%', 'all.p(99)>+10%', 'success<-1pp'];
    const [same, slower, failing] = await Promise.all([gate('same', ...rules), gate('slower', ...rules), gate('failing', ...rules)]); // prettier-ignore
    expect(same.code, same.stdout).toBe(0);
    expect(same.stdout).not.toContain('REGRESSION');
    expect(same.stdout).toContain('WITHIN NOISE');
    expect(slower.code, slower.stdout).toBe(99);
    expect(slower.stdout.replaceAll(/\s+/g, ' ')).toMatch(/REGRESSION: .*response.mean>\+5%: \+\d/);
    expect(failing.code).toBe(99);
    expect(failing.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /REGRESSION: .{0,120}all.p\(99\)>\+10%: all.p\(99\) is infinite in 5 of 5 runs/,
    );
    expect(failing.stdout.replaceAll(/\s+/g, ' ')).toMatch(/REGRESSION: .{0,120}success<-1pp: -/);
    for (const { stdout } of [same, slower, failing])
      expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  test('refuses too few runs, and what is no rule, in one line, with exit code 2', async () => {
    const few = runCli(['compare', at('same/1'), at('same/2'), '--baseline', at('before'), '--fail-if', 'success<-1%']);
    const [short, bad] = await Promise.all([few, gate('same', 'all.p(99)<200ms')]);
    expect(short.stderr).toMatch(/2 valid runs .* needs at least 5/);
    expect(bad.stderr).toContain("such as 'all.p(99)>+10%'");
    for (const { code, stdout, stderr } of [short, bad]) {
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });
});

test('refuses runs of different speeds, unless given, and folders without runs', async () => {
  const runs = findRuns([at('same'), at('faster')]);
  const request = { runs, baseline: [], rules: [], includeInvalid: false, ignoreSettings: false, seed: 1 };
  const asked = { ...request, frontierMetric: metricOf('all.p(99)') };
  await expect(compareRuns({ ...asked, mixed: false })).rejects.toThrow(/different speeds; .*--mixed/);
  expect((await compareRuns({ ...asked, mixed: true })).workloads).toHaveLength(2);
  expect(() => findRuns([at('nowhere')])).toThrow(/nowhere.*folders of runs/);
  expect(() => findRuns([join(ROOT, 'schemas')])).toThrow(/holds no run/);
});

test('JSON keeps its schema, and what was left out is not counted', async () => {
  cpSync(at('same'), at('doubtful'), { recursive: true });
  spoil('doubtful/1', 'report.json', (report) => ({ ...report, verdict: { valid: false, reasons: ['late'] } }));
  cpSync(at('doubtful/2'), at('doubtful/copy'), { recursive: true });
  const { code, stdout } = await runCli([
    'compare',
    at('doubtful'),
    at('before'),
    at('faster'),
    '--mixed',
    '--format',
    'json',
  ]);
  expect(code).toBe(0);
  const value = JSON.parse(stdout) as {
    systems: { runs: { counted: boolean }[] }[];
    workloads: unknown[];
    notes: string[];
  };
  const validate = new Ajv2020({ allErrors: true }).compile(
    JSON.parse(readFileSync(join(ROOT, 'schemas/compare.schema.json'), 'utf8')) as object,
  );
  expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  expect(value.workloads).toHaveLength(2);
  expect(value.notes.join(' ')).toMatch(/1 run is INVALID.*1 run is given twice.*within one run/);
  expect(value.systems[0]?.runs.filter(({ counted }) => counted)).toHaveLength(9);
});

test('no text from outside becomes a formula in CSV, or markup in Markdown', async () => {
  cpSync(at('same'), at('hostile'), { recursive: true });
  const text = '=HYPERLINK("http://x","<b>|[a](b)")';
  for (const run of readdirSync(at('hostile')))
    spoil(join('hostile', run), 'report.json', (report) => ({
      ...report,
      run: { ...(report['run'] as object), backend: text, options: { model: `@${text}` } },
    }));
  const out = at('out.csv');
  const [csv, markdown] = await Promise.all([
    runCli(['compare', at('hostile'), '--format', 'csv', '-o', out]),
    runCli(['compare', at('hostile'), '--format', 'markdown']),
  ]);
  expect([csv.code, csv.stdout]).toEqual([0, '']);
  const cells = readFileSync(out, 'utf8').split(/[,\r\n]+/);
  expect(cells.filter((cell) => /^"?[=+@-](?![\d.])/.test(cell))).toEqual([]);
  expect(cells.filter((cell) => cell.startsWith('"\'='))).not.toEqual([]);
  expect(markdown.stdout).not.toMatch(/<b>|\[a\]/);
});

test('--run lets the systems take turns, pairs them, and compares them', async () => {
  writeFileSync(at('systems.yaml'), `
trace: ${join(ROOT, 'traces/workload-40.json')}
to: 20s
time: virtual
html: false
repeat: 3
out: ${at('turns')}
systems:
  - { name: a, backend: simulated, set: { servers: 2, law: exponential }, machine: aws:t2.2xlarge }
  - { name: b, backend: simulated, set: { servers: 2, law: exponential, service: 15ms }, machine: aws:g4dn.2xlarge, timeout: 20s }
`); // prettier-ignore
  const { code, stdout, stderr } = await runCli(['compare', '--run', at('systems.yaml')]);
  expect(code, stderr).toBe(0);
  expect([...stderr.matchAll(/^(\w), run (\d)/gm)].map(([, name, run]) => `${String(name)}${String(run)}`)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3']); // prettier-ignore
  expect(stdout).toMatch(/paired/);
  expect(readdirSync(at('turns/a'))).toEqual(['1', '2', '3']);
});

function spoil(run: string, name: string, change: (value: Record<string, unknown>) => unknown): void {
  const file = join(at(run), name);
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)));
}
