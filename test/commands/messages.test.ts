import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '#src/commands/index';
import { nearest } from '#src/text/nearest';
import { CLI, ROOT, freshFolder, readRecord, runCli } from '../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-messages-'));
const [empty, file, plugin, typescript] = ['empty', 'file', 'plugin.mjs', 'plugin.ts'].map((name) =>
  join(folder, name),
) as [string, string, string, string];
const virtual = ['--backend', 'simulated', '--time', 'virtual', '--quiet', '--no-html'];
const load = ['--rate', '5/s', '-n', '5'];

beforeAll(() => {
  mkdirSync(empty);
  writeFileSync(file, '\n');
  writeFileSync(
    plugin,
    `export default { name: 'ours', summary: 'a plugin', publicOptions: [], waits: 'on-the-world',
      options: [{ name: 'alpha', value: 'TEXT', summary: 'an option of it' }],
      parseOptions: (raw) => raw, create: () => ({ invoke: async () => ({ ok: true }) }) };`,
  );
  writeFileSync(typescript, 'const name: string = "x";\nenum A { B }\nexport default { name };\n');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('one line says what to write', () => {
  it.each<[string[], string]>([
    // Flags of other tools.
    [[...load, ...virtual, '-X', 'POST'], '--method POST'],
    [[...load, ...virtual, '--data', 'x'], '--body'],
    [[...load, ...virtual, '--vus', '5'], '--max-in-flight'],
    [[...load, ...virtual, '-t', '4'], '--workers N'],
    [[...load, ...virtual, '-z', '5s'], '--duration 30s'],
    [[...load, ...virtual, '--qps', '5'], '--rate 50/s'],
    [[...load, ...virtual, '--spawn-rate', '5'], '--stages'],
    [[...load, ...virtual, '-a', '5'], '--requests N'],
    [[...load, ...virtual, '-rate=5/s'], '-rate: write --rate, with two dashes'],
    [[...load, ...virtual, '-output', 'x'], '-output: write --output, with two dashes'],
    [[...load, ...virtual, '--latancy'], 'did you mean --latency?'],
    [['report', 'x', '--treshold', 'p'], 'did you mean --threshold?'],
    // Commands and their arguments.
    [['genrate', 'poisson'], 'did you mean replay generate poisson?'],
    [['rnu'], 'did you mean replay run?'],
    [['trace', 'sample', 'x.json'], 'say what to sample, and how much: --by functionId --share 10%'],
    [['trace', 'imprt', 'x'], 'did you mean replay trace import?'],
    [['trace', 'x'], 'give one of import'],
    [['attack'], 'did you mean replay run?'],
    [['version'], 'write replay --version'],
    [['nothing-like-it'], 'replay --help lists the commands'],
    [['generate'], 'name a process (mmpp, poisson, constant, gamma, weibull, piecewise), or give --recipe recipe.json'],
    [['generate', 'posson'], 'did you mean poisson?'],
    [['report'], 'replay report runs/NAME'],
    [['export', empty], '--format is missing'],
    [['completion', 'basj'], 'did you mean bash?'],
    [['init', 'a', 'b'], 'b is one argument too many for replay init'],
    [['a.json', 'http://h/'], 'give the service with --url http://h/'],
    // Folders.
    [['report', join(folder, 'nope')], 'nope: there is no such folder'],
    [['compare', join(folder, 'nope')], 'nope: there is no such folder'],
    [['export', join(folder, 'nope'), '--format', 'csv'], 'nope: there is no such folder'],
    [['report', empty], 'run.json is missing; give the folder of a run'],
    [['compare', file], 'file is a file; give folders of runs'],
    [['compare', '--run', join(folder, 'nope')], 'there is no such file'],
    // Services.
    [[...load, '--url', 'localhost:80/'], '--url: the URL lacks http://'],
    [[...load, '127.0.0.1:80'], '--url: the URL lacks http://'],
    [[...load, 'ws://h/'], '--url: ws:// is not HTTP'],
    [['http://h/', '--url', 'http://h/', ...load], 'two services are given'],
    [[...load, ...virtual, '-k'], '-k: backend simulated has no option insecure'],
    [[...load, ...virtual, '-H', 'a: b'], '-H: backend simulated has no option header'],
    [[...load, ...virtual, '--http2'], '--http2: backend simulated'],
    [[...load, ...virtual, '--method', 'GET'], '--method: backend simulated'],
    // Quantities.
    [['-R', '1e9/s', '-n', '1', ...virtual], '--rate 1e9/s: give a rate below 1000000000/s'],
    [['-R', '5/s', '-d', '0s', ...virtual], '--duration 0s: give a length above 0'],
    [['-R', '5/s', '-d', '30', ...virtual], '--duration 30: say the unit: 30s or 30ms'],
    [[...load, ...virtual, '--timeout', '5'], '--timeout 5: say the unit: 5s or 5ms'],
    [[...load, ...virtual, '--warmup', '20'], 'say the unit'],
    [[...load, ...virtual, '--from', '1'], 'say the unit'],
    [[...load, ...virtual, '--to', '1'], 'say the unit'],
    [[...load, ...virtual, '--batch-size', '2', '--batch-wait', '1'], 'say the unit'],
    [[...load, ...virtual, '--max-lateness', '1'], 'say the unit'],
    [[...load, ...virtual, '--threshold', 'success>1%', '--abort-on-fail', '--abort-after', '1'], 'say the unit'],
    [[...load, ...virtual, '--metrics-port', '0', '--metrics-linger', '1'], 'say the unit'],
    [[...load, ...virtual, '--collect', 'cloud', '--collect-wait', '1'], 'say the unit'],
    [[...load, ...virtual, '--set', 'service=20'], '--set service=20: say the unit: 20s or 20ms'],
    [[...load, ...virtual, '--set', 'per-item=20'], 'say the unit'],
    [[...load, '--url', 'http://127.0.0.1:1/', '--set', 'idle=20'], 'say the unit'],
    [[...load, '--backend', 'lambda', '--set', 'function=f', '--set', 'timeout=20'], 'say the unit'],
    [['calibrate', '--trial', '100'], 'say the unit'],
    [['generate', 'mmpp', '--rates', '1,2', '--sojourn', '5', '-d', '5s'], 'say the unit'],
    [['generate', 'mmpp', '--rates', '1,2', '--path', '0:5', '-d', '5s'], 'say the unit'],
    // What contradicts itself, or does nothing.
    [[...load, ...virtual, '--column', 'a'], '--column: only for reading a trace file'],
    [[...load, ...virtual, '--tag', 'a=1', '--tag', 'a=2'], '--tag a is given twice'],
    [['generate', 'mmpp', '--rates', '1,2', '-d', '5s'], 'add --sojourn'],
    [['generate', 'poisson', '-R', '5', '-d', '5s', '--sojourn', '5s'], '--sojourn is for mmpp'],
    [['generate', 'mmpp', '--preset', 'workload-40', '--rates', '1,2'], '--preset has its own --rates'],
    [['generate', 'poisson', '-R', '5', '-d', '5s', '--thin', '2'], '--thin: give a number'],
    // Metrics.
    [[...load, ...virtual, '--threshold', 'errors<1%'], 'did you mean failures?'],
    [[...load, ...virtual, '--threshold', 'latency.p99<1s'], 'did you mean response.p(99)?'],
    [['compare', empty, '--frontier', 'p99'], 'did you mean all.p(99)?'],
    // Simulated systems.
    [['system', 'show', 'aws-lamda'], 'did you mean aws-lambda?'],
    [['system', 'show'], 'replay system show aws-lambda'],
    [['system', 'list', 'aws-lambda'], 'did you mean replay system show?'],
    [[...load, ...virtual, '--set', 'system=aws-lambda', '--set', 'servers=2'], 'take out system'],
    [[...load, ...virtual, '--set', 'warm=2'], 'needs a system'],
    [[...load, ...virtual, '--set', 'system=aws-lambda', '--set', 'model=bert'], 'there is no variant for bert'],
    // Plugins.
    [['backends', 'htpp'], 'did you mean http?'],
  ])('%j', async (args, expected) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(expected);
    expect(stderr).toMatch(/^replay: [^\n]*\n$/);
    expect(stderr).not.toMatch(/ENOENT|See more help|Parsing --/);
  });

  it.each([
    ['REPLAY_RUN_RAET', '5/s', 'did you mean REPLAY_RUN_RATE?'],
    ['REPLAY_RUN_METHOD', 'GET', 'REPLAY_RUN_METHOD: backend simulated has no option method'],
    ['REPLAY_RUN_INSECURE', 'true', 'REPLAY_RUN_INSECURE: backend simulated'],
    ['REPLAY_RUN_TIMEOUT', '5', 'say the unit'],
    ['REPLAY_SIMULATED_SERVICE', '20', 'REPLAY_SIMULATED_SERVICE: say the unit'],
  ])('%s=%s is called by its name', async (name, value, expected) => {
    const { code, stderr } = await runCli([...load, ...virtual], { [name]: value });
    expect([code, stderr]).toEqual([2, expect.stringContaining(expected)]);
  });
});

it('a URL needs neither --backend nor --url', async () => {
  const url = `http://127.0.0.1:${String(await closedPort())}/`;
  for (const named of [['--url', url], [url]]) {
    const out = freshFolder();
    const { code, stderr } = await runCli([
      ...named,
      '-R',
      '100/s',
      '-n',
      '3',
      '--pacing',
      'economic',
      '-q',
      '-o',
      out,
    ]);
    expect(readRecord(out).backend).toBe('http');
    // Nothing answers, and nothing asked for an answer: the run says so.
    expect(stderr).toContain("nothing succeeded; add --threshold 'success>99%'");
    expect([0, 96]).toContain(code);
  }
});

it('backends describes one, built in or a plugin; and says that TypeScript is to be compiled', async () => {
  const ours = await runCli(['backends', plugin]);
  expect(ours).toMatchObject({ code: 0, stdout: expect.stringContaining('alpha=TEXT') as string });
  expect((await runCli(['backends', 'cf'])).stdout).toMatch(/^cloud-functions, cf, cloud-run: /);
  const described = JSON.parse((await runCli(['backends', 'http', '--json'])).stdout) as { name: string }[];
  expect(described.map(({ name }) => name)).toEqual(['http']);
  const { code, stderr } = await runCli([...load, '--backend', typescript]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/plugin\.ts/);
  if (!('typescript' in process.features)) expect(stderr).toContain('compile it first');
});

it('the nearest word knows letters that changed places', () => {
  expect(nearest('RAET', ['SET', 'RATE', 'TO'])).toBe('RATE');
  expect(nearest('thershold', ['threshold', 'unit'])).toBe('threshold');
});

it('--quiet leaves standard error to warnings and errors', async () => {
  const { code, stdout, stderr } = await runCli([...load, ...virtual, '-o', freshFolder()]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Requests');
});

describe.runIf(existsSync('/dev/full'))('standard output on a full disk is one line and exit 2', () => {
  const run = promisify(execFile);
  const made = freshFolder();
  const rows: Readonly<Record<keyof typeof COMMANDS | 'help' | 'versions', readonly string[]>> = {
    ...{ help: ['--help'], versions: ['--version'], backends: ['backends'], completion: ['completion', 'bash'] },
    run: [...load, ...virtual],
    check: ['check', '--backend', 'simulated'],
    generate: ['generate', 'poisson', '-R', '500/s', '-d', '20s'],
    estimate: ['estimate', ...load, '--backend', 'lambda', '--memory', '128', '--billed-ms', '18'],
    report: ['report', made],
    compare: ['compare', made],
    export: ['export', made, '--format', 'csv'],
    init: ['init', '--schema'],
    // They take seconds, and print as the others do.
    calibrate: ['calibrate', '--help'],
    serve: ['serve', '--help'],
    predict: ['predict', '--help'],
    study: ['study', '--help'],
    'system list': ['system', 'list'],
    'system show': ['system', 'show', 'aws-lambda'],
    'system probe': ['system', 'probe', '--help'],
    'system fit': ['system', 'fit', '--help'],
    'system score': ['system', 'score', '--help'],
    'trace import': ['trace', 'import', '--help'],
    'trace window': ['trace', 'window', '--help'],
    'trace thin': ['trace', 'thin', '--help'],
    'trace scale': ['trace', 'scale', '--help'],
    'trace warp': ['trace', 'warp', '--help'],
    'trace superpose': ['trace', 'superpose', '--help'],
    'trace sample': ['trace', 'sample', '--help'],
    'trace jitter': ['trace', 'jitter', '--help'],
    'trace anonymise': ['trace', 'anonymise', '--help'],
    'trace convert': ['trace', 'convert', '--help'],
    'trace fit': ['trace', 'fit', '--help'],
    'trace inspect': ['trace', 'inspect', join(ROOT, 'traces/workload-40.json')],
  };

  beforeAll(async () => {
    expect((await runCli([...load, ...virtual, '-o', made])).code).toBe(0);
  });

  it.concurrent.each(Object.entries(rows))('%s', async (_, args) => {
    const ended = await run('sh', ['-c', 'exec "$0" "$@" > /dev/full', process.execPath, CLI, ...args], { cwd: folder })
      .then(() => ({ code: 0, stderr: '' }))
      .catch((thrown: unknown) => thrown as { code: number; stderr: string });
    expect(ended.stderr).toMatch(/^replay: standard output: no space left on the disk[^\n]*\n$/);
    expect(ended.code).toBe(2);
  });

  it('standard error on a full disk changes no exit code', async () => {
    const ended = await run('sh', ['-c', 'exec "$0" "$@" 2> /dev/full', process.execPath, CLI, 'no-such.json'])
      .then(() => ({ code: 0 }))
      .catch((thrown: unknown) => thrown as { code: number });
    expect(ended.code).toBe(2);
  });
});
