import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSampleLog } from '#src/sample-log/sample-log';
import { CLI, freshFolder, readReport, ROOT, runCli } from '../support/run-cli.js';

const VIRTUAL = ['--rate', '100/s', '--duration', '5s', '--backend', 'simulated', '--time', 'virtual', '--quiet'];

describe('what the user can fix is one line and exit 2', () => {
  const cases: [args: string[], tells: RegExp][] = [
    [['missing.json'], /no such file/],
    [['--rate', '5'], /--duration/],
    [['--rate', 'x', '--duration', '1s'], /give a rate/],
    [['traces/workload-40.json', '--bogus'], /--bogus/],
    [['traces/workload-40.json', '--backend', 'nope'], /npm install nope/],
    [['traces/workload-40.json', '--backend', 'simulated', '--set', 'server=3'], /did you mean servers/],
    [['traces/workload-40.json', '--time', 'virtual'], /simulated/],
    [['traces/workload-40.json', '--backend', 'null', '--from', '1h'], /--from/],
    [[...VIRTUAL, '--out', ROOT], /not empty/],
    [['report', 'traces'], /run\.json/],
    [['generate', 'mmpp', '--duration', '1m'], /--rates/],
  ];
  it.each(cases)('%j', async (args, tells) => {
    const { code, stdout, stderr } = await runCli(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(tells);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr.startsWith('replay: ')).toBe(true);
  });
});

it('two virtual runs are the same to the bit, and the report made again is the report', async () => {
  const [one, two] = [freshFolder(), freshFolder()];
  const { stdout } = await runCli([...VIRTUAL, '--json', '--out', one]);
  await runCli([...VIRTUAL, '--out', two]);
  for (const name of ['samples.arrows', 'report.json', 'latency.hlog', 'run.json', 'report.html']) {
    expect(readFileSync(join(one, name)).equals(readFileSync(join(two, name)))).toBe(true);
  }
  expect(stdout).toBe(readFileSync(join(one, 'report.json'), 'utf8'));
  const page = readFileSync(join(one, 'report.html'), 'utf8');
  rmSync(join(one, 'report.html'));
  expect((await runCli(['report', one, '--json', '--no-html'])).stdout).toBe(stdout);
  expect(existsSync(join(one, 'report.html'))).toBe(false);
  expect((await runCli(['report', one, '--json'])).stdout).toBe(stdout);
  expect(readFileSync(join(one, 'report.html'), 'utf8')).toBe(page);
});

it('--no-html leaves the page out', async () => {
  const out = freshFolder();
  expect((await runCli([...VIRTUAL, '--no-html', '--out', out])).code).toBe(0);
  expect(readdirSync(out).sort()).toEqual(['latency.hlog', 'report.json', 'run.json', 'samples.arrows']);
});

it.each([
  ['1s', 1000],
  ['1s,2s,500ms', [1000, 2000, 500]],
])('generate mmpp takes one mean time for all states, or one for each: %s', async (sojourn, sojournMs) => {
  const states = ['--rates', '4,12,30', '--sojourn', sojourn];
  const { stdout, stderr } = await runCli(['generate', 'mmpp', ...states, '--duration', '5s']);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({ recipe: { rates: [4, 12, 30], sojournMs } });
});

it('a trace is generated, cut and replayed through pipes', () => {
  const out = freshFolder();
  const pipe = `"$0" "$1" generate poisson --rate 50/s --duration 20s --seed 3 | "$0" "$1" trace window - --to 18s -o - | "$0" "$1" - --backend simulated --time virtual --quiet --out "$2"`;
  const { status, stdout } = spawnSync('bash', ['-c', pipe, process.execPath, CLI, out], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Requests/);
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  const { planned } = readReport(out).sections.outcomes;
  expect(planned).toBeGreaterThan(750);
  expect(planned).toBeLessThan(1000);
});

it('1, 2 and 4 workers send the same requests at the same due times, and no secret is written down', async () => {
  const seen: string[][] = [];
  const server = createServer((request, response) => {
    seen.at(-1)?.push(String(request.headers['x-seq']));
    request.resume();
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://me:hunter2@127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}/p?key=hunter2`;
  const dues: Map<number, number>[] = [];
  for (const workers of ['1', '2', '4']) {
    const out = freshFolder();
    mkdirSync(dirname(out), { recursive: true });
    seen.push([]);
    await runCli([
      '--rate',
      '150/s',
      '--duration',
      '1s',
      '--backend',
      'http',
      '--url',
      url,
      '-H',
      'x-seq: {seq}',
      '-H',
      'authorization: hunter2',
      '--workers',
      workers,
      '--quiet',
      '--out',
      out,
    ]);
    const due = new Map<number, number>();
    for await (const batch of readSampleLog(join(out, 'samples.arrows'))) {
      for (let i = 0; i < batch.rows; i++) due.set(batch.seq[i] ?? -1, batch.dueMs[i] ?? -1);
    }
    dues.push(new Map([...due].sort(([a], [b]) => a - b)));
    for (const name of readdirSync(out)) expect(readFileSync(join(out, name), 'latin1')).not.toContain('hunter2');
  }
  server.closeAllConnections();
  server.close();
  expect(dues[1]).toEqual(dues[0]);
  expect(dues[2]).toEqual(dues[0]);
  const planned = [...(dues[0]?.keys() ?? [])].map(String).sort();
  for (const numbers of seen) expect(numbers.toSorted()).toEqual(planned);
});

it('payloads given apart from the trace go out in turn, by the index of the request', async () => {
  const bodies = new Map<number, string>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes: Buffer) => (body += bytes.toString()));
    request.on('end', () => {
      bodies.set(Number(request.headers['x-seq']), body);
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = dirname(freshFolder());
  const trace = join(folder, 'trace.json');
  const atMs = Array.from({ length: 20 }, (_, i) => i * 10);
  const payload = atMs.map((_, i) => (i * i) % 7);
  writeFileSync(trace, JSON.stringify({ format: 1, name: 't', durationMs: 200, payloads: [{ json: 0 }], atMs }));
  const withIndexes = {
    format: 1,
    name: 't',
    durationMs: 200,
    payloads: atMs.map((json) => ({ json })),
    atMs,
    payload,
  };
  const three = join(folder, 'three.jsonl');
  writeFileSync(three, '["a"]\n["b"]\n["c"]\n');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const flags = [
    '--backend',
    'http',
    '--url',
    url,
    '-H',
    'x-seq: {seq}',
    '--quiet',
    '--from',
    '50ms',
    '--workers',
    '2',
  ];
  for (const content of [undefined, withIndexes]) {
    if (content !== undefined) writeFileSync(trace, JSON.stringify(content));
    bodies.clear();
    await runCli([trace, ...flags, '--payload', three, '--out', freshFolder()]);
    expect(bodies.size).toBe(15);
    for (const [seq, body] of bodies) expect(body).toBe(['["a"]', '["b"]', '["c"]'][seq % 3]);
  }
  server.close();
  server.closeAllConnections();
});

it('an option comes from the environment as well, and every backend reports its own', async () => {
  const out = freshFolder();
  const env = { ...process.env, REPLAY_SIMULATED_SERVICE: '50ms' };
  const args = [CLI, ...VIRTUAL, '--set', 'servers=9', '--out', out];
  expect(spawnSync(process.execPath, args, { env }).status).toBe(0);
  expect(readReport(out).sections.latency.service.minMs).toBeCloseTo(50, 6);
  const listed = JSON.parse((await runCli(['backends', '--json'])).stdout) as {
    name: string;
    options: { name: string; environment: string }[];
  }[];
  expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(['onnx', 'http', 'lambda', 'sagemaker']));
  const endpoint = listed.find(({ name }) => name === 'sagemaker')?.options.find(({ name }) => name === 'endpoint');
  expect(endpoint?.environment).toBe('REPLAY_SAGEMAKER_ENDPOINT');
  for (const line of (await runCli(['backends'])).stdout.split('\n')) expect(line.length).toBeLessThan(120);
});
