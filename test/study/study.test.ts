import { Ajv2020 } from 'ajv/dist/2020.js';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '#src/report';
import type { StudyResult } from '#src/study/study-result';
import { ROOT, runCli, spawnCli } from '../support/run-cli.js';
import { parsePair } from '#src/study/chosen-pair';
import { share, studied } from './study-shares.js';

const folder = mkdtempSync(join(tmpdir(), 'study-'));
const resultIn = (out: string): StudyResult => JSON.parse(readFileSync(join(out, 'study.json'), 'utf8')) as StudyResult;

/** The systems whose mean latency and success a page draws over time. */
function drawnIn(out: string): readonly (readonly string[])[] {
  const html = readFileSync(join(out, 'study.html'), 'utf8');
  return ['mean-0', 'success-0'].map((id) => {
    const plot = html.slice(html.indexOf(`{"id":"${id}"`)).split('{"id":')[1] ?? '';
    return [...plot.matchAll(/"label":"([^"]*)","ink"/g)].map(([, label = '']) => label).sort();
  });
}

describe('five cells of the shipped study, with few draws', () => {
  const out = join(folder, 'shipped');
  const cells = ['lambda_mobilenet_ort', 'lambda_mobilenet_tf', 'functions_mobilenet_ort', 'aws-gpu_mobilenet_tf-serving', 'aws-sagemaker_mobilenet_tf-serving']; // prettier-ignore
  const only = cells.flatMap((name) => ['--only', `${name}_workload-40`]);
  let result: StudyResult;

  beforeAll(async () => {
    const { code, stdout } = await runCli(['study', ...only, '--draws', '2', '--sensitivity', '--out', out, '--quiet']); // prettier-ignore
    expect(code).toBe(0);
    expect(stdout).toContain('workload-40, mobilenet');
    result = resultIn(out);
    expect(result.cells).toHaveLength(cells.length);
  }, 240_000);

  it('keeps its schema', () => {
    const schema = JSON.parse(readFileSync(join(ROOT, 'schemas/study.schema.json'), 'utf8')) as object;
    const validate = new Ajv2020({ allErrors: true }).compile(schema);
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
  });

  it('refuses nothing; only managed services have a floor for a cost; each cell has a full run that replay report knows', async () => {
    expect(result.cells.filter(({ refused }) => refused !== null)).toEqual([]);
    const floors = new Set(result.cells.filter(({ cost }) => cost.floorOnly).map(({ system }) => system));
    for (const system of floors) expect(['aws-sagemaker', 'gcp-ai-platform']).toContain(system);
    for (const { run } of result.cells) expect(existsSync(join(out, run ?? 'none', 'report.json'))).toBe(true);
    expect((await runCli(['report', join(out, result.cells[0]?.run ?? '')])).code).toBe(0);
  });

  it('has the same numbers in csv, md and html', () => {
    const csv = readFileSync(join(out, 'study.csv'), 'utf8').trim().split('\n');
    expect(csv).toHaveLength(result.cells.length + 1);
    const [head = [], first = []] = csv.slice(0, 2).map((line) => line.split(','));
    expect(Number(first[head.indexOf('mean_ms')])).toBe(result.cells[0]?.latency.meanMs.median);
    const html = readFileSync(join(out, 'study.html'), 'utf8');
    for (const { headline } of result.answers) expect(html).toContain(headline.slice(0, 40).replace('>', '&#62;'));
    for (const { recommended, ranking } of result.answers)
      if (recommended !== null) expect(ranking[0]).toEqual(recommended);
    expect(html).not.toMatch(/(src|href)="https?:/);
    expect(readFileSync(join(out, 'study.md'), 'utf8')).toContain('## Answer');
  });

  it('what the study saw, at the lowest rate', () => {
    const { orders } = result;
    expect(share(orders, 'latency.meanMs', 'workload-40', ['aws-lambda', 'ort'], ['aws-lambda', 'tf'])).toBe(1);
    expect(share(orders, 'cost.usd', 'workload-40', ['aws-lambda', 'ort'], ['aws-lambda', 'tf'])).toBe(1);
    const [lambda, functions] = ['aws-lambda', 'gcp-cloud-functions'].map((name) =>
      studied(result, name, 'ort', 'workload-40'),
    );
    expect(lambda?.instances.created.median).toBeLessThan(functions?.instances.created.median ?? 0);
  });

  it('--sensitivity: a tornado of what 1 % of each uncertain parameter does', () => {
    const of = (system: string) => result.sensitivities?.find((one) => one.system === system)?.parameters ?? [];
    const served = of('aws-lambda').find(({ what }) => what === 'pool.service.time.mean');
    // 18 of some 44 ms; a bill counts whole milliseconds.
    expect(served?.meanMs).toBeGreaterThan(0.2);
    expect(served?.meanMs).toBeLessThan(0.6);
    expect(of('aws-sagemaker').find(({ what }) => what === 'server.service.time.mean')?.successRatio).toBeGreaterThan(
      0.3,
    );
    const html = readFileSync(join(out, 'study.html'), 'utf8');
    expect(html).toContain('<summary>What the uncertain parameters do</summary>');
    expect(html).toMatch(
      /<th scope="row">pool\.service\.time\.mean<\/th>\s*<td data-of="Mean latency"><svg class="bar"/,
    );
  });

  it('the calculator leaves cold starts out', () => {
    const { calculator, coldStarts, cost } = studied(result, 'gcp-cloud-functions', 'ort', 'workload-40');
    expect(coldStarts.count.median).toBeGreaterThan(0);
    // The starts are billed, so that the simulated bill is the higher one.
    expect(calculator?.usd).toBeLessThan(cost.usdWithRequestFee.median ?? 0);
    expect(calculator?.usd).toBeGreaterThan(0);
  });

  it('made again it reads its draws, and gives the same bytes', async () => {
    const { sensitivities, ...rest } = result;
    expect(sensitivities).toHaveLength(cells.length);
    const drawn = join(out, 'cells', 'aws-lambda_mobilenet_ort_workload-40', 'draws.json');
    const made = statSync(drawn).mtimeMs;
    const pair = ['--pair', 'aws-gpu,AWS-Lambda (tf)'];
    expect(drawnIn(out)[0]).toHaveLength(2);
    expect((await runCli(['study', ...only, '--draws', '2', '--out', out, '--quiet', ...pair])).code).toBe(0);
    expect(drawnIn(out)).toEqual([['aws-gpu (tf-serving)', 'aws-lambda (tf)'], ['aws-gpu (tf-serving)', 'aws-lambda (tf)']]); // prettier-ignore
    expect(JSON.stringify(resultIn(out)) === JSON.stringify(rest)).toBe(true);
    expect(statSync(drawn).mtimeMs).toBe(made);
  });
});

describe('two live cells and six simulated ones', () => {
  const out = join(folder, 'live');
  const file = join(folder, 'live.yaml');
  const requests = 24;
  let server: Server;
  let seen = 0;
  let onRequest = (): void => undefined;

  beforeAll(async () => {
    server = createServer((_, response) => {
      seen++;
      onRequest();
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const at = Array.from({ length: requests }, (_, i) => (i * 0.03).toFixed(2));
    writeFileSync(join(folder, 'steady.csv'), `at_s\n${at.join('\n')}\n`);
    const live = (name: string): string =>
      `  - { name: ${name}, backend: http, url: 'http://127.0.0.1:${String(port)}/', max-lateness: 1s }\n`;
    const simulated = ['aws-lambda', 'gcp-cloud-functions', 'aws-cpu\n    set: { server.instances: 2 }', 'aws-gpu', 'gcp-cpu', 'gcp-gpu']; // prettier-ignore
    writeFileSync(
      file,
      `repeats: 2\ndraws: 2\nmodels: [mobilenet]\nworkloads: [steady.csv]\nsystems:\n${live('one')}${live('two')}${simulated.map((name) => `  - system: ${name}\n`).join('')}`,
    );
  });
  afterAll(() => server.close());

  it('killed half way and taken up again, a run that is over is not made again', async () => {
    const killed = await spawnCli(['study', file, '--out', out, '--quiet'], (child) => {
      // In the second of four runs.
      onRequest = () => void (seen === requests + 8 && child.kill('SIGKILL'));
    });
    expect(killed.code).toBeNull();
    onRequest = () => undefined;
    const first = join(out, 'cells', 'one_mobilenet_steady', '1', 'report.json');
    const made = statSync(first).mtimeMs;
    const before = seen;
    // A machine that is too busy to send in time makes a run INVALID (96), and it is over all the same.
    const { code, stdout, stderr } = await spawnCli(['study', file, '--out', out, '--quiet']);
    expect(stderr).toBe('');
    expect([0, 96]).toContain(code);
    // Three of the four runs: the killed one again, and the two that were not begun.
    expect(seen - before).toBe(3 * requests);
    expect(statSync(first).mtimeMs).toBe(made);
    expect(readdirSync(join(out, 'cells', 'two_mobilenet_steady')).sort()).toEqual([
      '1',
      '1-unfinished-1',
      '2',
      'cell.json',
    ]);
    const { cells } = resultIn(out);
    for (const { draws } of cells.filter(({ source }) => source === 'live')) expect(code === 0 ? draws : 2).toBe(2);
    expect(cells.filter(({ source }) => source === 'simulated')).toHaveLength(6);
    expect(stdout).toContain('2 cells are live');
    // What a study sets holds in the full run, too.
    const doubled = cells.find(({ system }) => system === 'aws-cpu');
    const { sections } = JSON.parse(readFileSync(join(out, doubled?.run ?? '', 'report.json'), 'utf8')) as Report;
    expect(sections.coldStarts.instancesSeen).toBe(2);
    // Everything is finished: nothing is sent.
    const after = seen;
    expect((await runCli(['study', file, '--out', out, '--quiet'])).code).toBe(0);
    expect(seen).toBe(after);
  });

  it('a folder of other settings is left alone', async () => {
    const text = readFileSync(file, 'utf8').replaceAll('max-lateness: 1s', 'max-lateness: 2s');
    const other = join(folder, 'other.yaml');
    writeFileSync(other, text);
    const { code, stderr } = await runCli(['study', other, '--out', out, '--quiet']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^replay: .*one_mobilenet_steady holds runs of other settings or another trace; give another --out, [^\n]*\n$/,
    );
  });

  it('what a killed run has cost counts towards the budget', async () => {
    const priced = join(folder, 'priced.yaml');
    const made = join(folder, 'priced');
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    const write = (budget: string): void => {
      const system = `{ name: one, backend: http, url: '${url}', machine: aws:t2.2xlarge, max-lateness: 1s }`;
      writeFileSync(priced, `models: [m]\nworkloads: [steady.csv]\nbudget: ${budget}\nsystems: [${system}]\n`);
    };
    // A started machine is paid for a minute: 0.0062 USD.
    write('5usd');
    const from = seen;
    await spawnCli(['study', priced, '--out', made, '--quiet'], (child) => {
      onRequest = () => void (seen === from + 8 && child.kill('SIGKILL'));
    });
    onRequest = () => undefined;
    expect(readdirSync(join(made, 'cells', 'one_m_steady', '1'))).not.toContain('report.json');
    // Enough for a first run, and not for a second.
    write('0.009usd');
    const sent = seen;
    const { code, stderr } = await runCli(['study', priced, '--out', made, '--quiet']);
    expect({ code, sent: seen - sent }).toEqual({ code: 2, sent: 0 });
    expect(stderr).toMatch(/^replay: --budget: 0\.0061\d* is due/);
  });

  it('--dry-run lists cells, calls and the highest cost of each live cell, and makes nothing', async () => {
    const before = seen;
    const dry = join(folder, 'dry');
    const asked = join(folder, 'dry.yaml');
    const machine = ', machine: aws:t2.2xlarge';
    const priced = readFileSync(file, 'utf8').replace('name: one, backend: http', `name: one, backend: http${machine}`);
    writeFileSync(asked, priced);
    const { code, stdout } = await runCli(['study', asked, '--dry-run', '--out', dry]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^8 cells: 6 simulated with 2 draws each, 2 live with 2 runs each$/m);
    // A started machine is paid for a minute: 0.3712 USD / 60, twice.
    expect(stdout).toMatch(/^ {2}one_mobilenet_steady \(live\): 48 calls, highest cost 0\.0124 USD$/m);
    expect(stdout).toMatch(/^ {2}two_mobilenet_steady \(live\): 48 calls, highest cost unknown \(.*--machine.*\)$/m);
    expect(stdout).toMatch(/^calls of live cells: 96$/m);
    expect(stdout).toMatch(/^highest cost of live cells: 0\.0124 USD, and unknown of 1 cell; no budget limits it/m);
    writeFileSync(asked, `budget: 5usd\n${priced.replaceAll('backend: http,', `backend: http${machine},`)}`.replaceAll(`${machine}${machine}`, machine)); // prettier-ignore
    expect((await runCli(['study', asked, '--dry-run', '--out', dry])).stdout).toMatch(
      /^highest cost of live cells: 0\.0247 USD; the budget of all live cells is 5usd: more is not spent$/m,
    );
    expect({ sent: seen - before, made: existsSync(dry) }).toEqual({ sent: 0, made: false });
  });
});

describe('a study that is wrong is one line with its place, exit 2, and leaves nothing', () => {
  it.each([
    [
      'systems: [{system: aws-lamda}]\nworkloads: [workload-40]\n',
      /wrong\.yaml:1:11: no system is named aws-lamda; did you mean aws-lambda\?/,
    ],
    [
      'workloads: [workload-40]\nsystems:\n  - {system: aws-lambda, sett: {}}\n',
      /wrong\.yaml:3:\d+: there is no key sett; did you mean set\?/,
    ],
    [
      'workloads: [workload-41]\nsystems: [{system: aws-lambda}]\n',
      /wrong\.yaml:1:13: there is no trace workload-41; name a file/,
    ],
    [
      'workloads: [workload-40]\nsystems: [{system: aws-cpu, set: {server.service.time.mean: -3}}]\n',
      /wrong\.yaml:2:11: server\.service\.time\.mean -3: give a number/,
    ],
    [
      'workloads: [workload-40]\nsystems: [{system: a.yaml, backend: http}]\n',
      /wrong\.yaml:2:11: give either system .* or backend/,
    ],
    [
      'workloads: [workload-40]\nsystems: [{backend: http, ulr: x}]\n',
      /wrong\.yaml:2:11: systems\[0\] has the unknown key ulr; did you mean url\?/,
    ],
    [
      'workloads: [workload-40]\nslo: all.p(99)<fast\nsystems: [{system: aws-lambda}]\n',
      /wrong\.yaml:2:6: threshold 'all\.p\(99\)<fast': give a time/,
    ],
    [
      'draws: 1\nworkloads: [workload-40]\nsystems: [{system: aws-lambda}]\n',
      /wrong\.yaml:1:8: draws expects a whole number from 2 /,
    ],
    ['a: b: c\n', /wrong\.yaml:1:/],
    ['workloads: []\n', /wrong\.yaml:1:12: workloads expects a list/],
  ])('%j', async (text, message) => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, text);
    const out = join(folder, 'wrong');
    const { code, stdout, stderr } = await runCli(['study', file, '--out', out, '--quiet']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(existsSync(out)).toBe(false);
  });

  it.each(['aws-lambda', 'a,b,c', 'a,A', ',b'])('--pair %s', (text) => {
    expect(() => parsePair(text)).toThrow(/^give two systems/);
  });

  it('--pair of a system that is not there', async () => {
    const { code, stderr } = await runCli(['study', '--pair', 'aws-lambda,aws-gqu']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^replay: --pair: no system of the study is called aws-gqu; there are aws-lambda, [^\n]*\n$/) as string }); // prettier-ignore
  });

  it('a file that is not there', async () => {
    const { code, stderr } = await runCli(['study', join(folder, 'none.yaml')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^replay: .*none\.yaml: there is no such file; name a study, or give none for the shipped one\n$/,
    );
  });
});
