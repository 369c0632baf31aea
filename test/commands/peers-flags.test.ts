import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { Report } from '#src/report';
import { freshFolder, readRecord, readReport, ROOT, runCli, type Finished } from '../support/run-cli.js';

/** 20 requests in simulated time. */
function run(...more: string[]): Promise<Finished & { readonly out: string }> {
  const out = freshFolder();
  const args = ['--rate', '100/s', '-n', '20', '--backend', 'simulated', '--time', 'virtual', '-o', out];
  return runCli([...args, ...more]).then((finished) => ({ ...finished, out }));
}

describe('--format', () => {
  it('json is the report, as --json', async () => {
    const { stdout, out } = await run('--format', 'json');
    expect(JSON.parse(stdout)).toEqual(readReport(out));
    expect((await run('--json')).stdout).toBe(stdout);
    expect((await run('--json', '--format', 'json')).stdout).toBe(stdout);
  });

  it('csv is what export writes', async () => {
    const { stdout, out, code } = await run('--format', 'csv');
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(21);
    expect(stdout).toBe((await runCli(['export', out, '--format', 'csv'])).stdout);
  });

  it('quiet is nothing', async () => {
    expect(await run('--format', 'quiet')).toMatchObject({ code: 0, stdout: '' });
  });

  it.each([
    [['--json', '--format', 'csv'], '--json is --format json'],
    [['--latency', '--format', 'json'], '--latency prints a text'],
    [['--repeat', '2', '--format', 'csv'], '--format csv is of one run'],
    [['--format', 'xml'], 'text, json, csv, quiet'],
  ])('%j is refused in one line', async (flags, why) => {
    const { code, stdout, stderr } = await run(...flags);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(why);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('--tag', () => {
  it('is in the record, the report, its text and its page, escaped', async () => {
    const { out, stdout } = await run('--tag', 'git=abc=1', '--tag', 'who=<b>me</b>');
    const tags = { git: 'abc=1', who: '<b>me</b>' };
    expect(readRecord(out).tags).toEqual(tags);
    expect(readReport(out).run.tags).toEqual(tags);
    expect(stdout).toContain('tags: git=abc=1, who=<b>me</b>');
    const page = readFileSync(join(out, 'report.html'), 'utf8');
    expect(page).toContain('&#60;b&#62;me&#60;/b&#62;');
    expect(page).not.toContain('<b>me</b>');
    const schema = JSON.parse(readFileSync(join(ROOT, 'schemas/report.schema.json'), 'utf8')) as object;
    expect(new Ajv2020({ allowUnionTypes: true }).compile(schema)(readReport(out))).toBe(true);
    const again = JSON.parse((await runCli(['report', out, '--json'])).stdout) as Report;
    expect(again.run.tags).toEqual(tags);
  });

  it.each(['novalue', '=x', '__proto__=x', `a=${'x'.repeat(201)}`, 'a=\u001b[31m', 'a b=c'])(
    '%j is refused in one line',
    async (tag) => {
      const { code, stderr } = await run('--tag', tag);
      expect([code, stderr.startsWith('replay: --tag ')]).toEqual([2, true]);
      expect(stderr).toMatch(/^[^\u0000-\u001f]*\n$/);
    },
  );
});

it('--max-lag and --max-concurrency are other names', async () => {
  const { out } = await run('--max-lag', '3ms', '--max-concurrency', '7');
  const { plan } = readRecord(out);
  expect([plan.maxLatenessMs, plan.maxInFlight]).toEqual([3, { limit: 7, explicit: true }]);
});

describe('--slo is another name of --threshold', () => {
  const asked = ['all.p(99)<1ms', 'success>1%'];
  const judged = async (...args: readonly string[]) => {
    const { code, out } = await run(...args);
    return { code, thresholds: readRecord(out).thresholds };
  };

  it('on the command line, beside it, and in replay report', async () => {
    const [first = '', second = ''] = asked;
    const { code, out } = await run('--slo', first, '--threshold', second);
    expect({ code, thresholds: readRecord(out).thresholds?.toSorted() }).toEqual({ code: 99, thresholds: asked });
    expect((await runCli(['report', out, '--slo', 'success>1%'])).code).toBe(0);
  });

  it('in the file of --config and in the environment', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'replay-slo-')), 'replay.yaml');
    writeFileSync(file, `slo: ['${asked.join("', '")}']\n`);
    expect(await judged('--config', file)).toEqual({ code: 99, thresholds: asked });
    writeFileSync(file, 'threshold: success>1%\nslo: success>2%\n');
    expect((await run('--config', file)).stderr).toMatch(/replay\.yaml:2:1: slo is another name of threshold, which stands above; keep one\n$/); // prettier-ignore
  });

  it('in the file of compare --run', async () => {
    const out = mkdtempSync(join(tmpdir(), 'replay-slo-'));
    const file = join(out, 'systems.yaml');
    const system = "{ backend: simulated, slo: ['all.p(99)<1ms'] }";
    const text = `repeat: 1\nout: ${join(out, 'runs')}\nrate: 20/s\nrequests: 3\ntime: virtual\nsystems: [${system}]\n`;
    writeFileSync(file, text);
    expect((await runCli(['compare', '--run', file, '-q'])).code).toBe(99);
    writeFileSync(file, text.replace('slo:', "threshold: ['success>1%'], slo:"));
    const { code, stderr } = await runCli(['compare', '--run', file, '-q']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/systems\[0\] has the keys threshold and slo, two names of one flag; keep one\n$/)]); // prettier-ignore
  });
});

it('--http2 stands for an option', async () => {
  const http = ['--rate', '1/s', '-n', '1', '--backend', 'http', '--url', 'http://127.0.0.1:1/', '--http2'];
  expect((await runCli(http)).stderr).toContain('needs an https URL');
  expect((await runCli([...http, '--set', 'client=undici'])).stderr).toContain('leave out --set client=undici');
});

it('--dry-run does what check does, and makes no run', async () => {
  const out = freshFolder();
  const flags = ['--backend', 'simulated', '--set', 'servers=4'];
  const dry = await runCli([join(ROOT, 'traces/workload-40.json'), ...flags, '--dry-run', '-o', out]);
  const checked = await runCli(['check', join(ROOT, 'traces/workload-40.json'), ...flags]);
  const timeless = (text: string): string => text.replace(/\d+\.\d+ ms/g, '');
  expect([dry.code, timeless(dry.stdout)]).toEqual([0, timeless(checked.stdout)]);
  expect(dry.stdout).toContain('request');
  expect(() => readRecord(out)).toThrow(/ENOENT/);
  const refused = '--rate 1/s -n 1 --backend http --url http://127.0.0.1:1/ --dry-run --json';
  const failed = await runCli(refused.split(' '));
  expect([failed.code, (JSON.parse(failed.stdout) as { ok: boolean }).ok]).toEqual([2, false]);
});
