import { Parser } from '@oclif/core';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COMMANDS } from '#src/commands/index';
import { doubling, writeModel } from './backends/onnx-tiny-models.js';
import { runAgainst } from './support/cloud-run.js';
import { awsVariables, logTail, startFakeAws } from './support/fake-aws.js';
import { serveMonitoring } from './support/fake-monitoring.js';
import { openLoopbackService } from './support/loopback-service.js';
import { CLI, ROOT, type Finished } from './support/run-cli.js';
import { atMost, isPlain, makeScratch, wordsOf, type Scratch } from './support/scratch.js';

type Name = keyof typeof COMMANDS;

/** What each command's help shows, as it is typed. */
const EXAMPLES = Object.entries(COMMANDS).flatMap(([name, { examples = [] }]) =>
  examples.map((text) => ({ name: name as Name, line: String(text).replaceAll('<%= config.bin %>', 'replay') })),
);

/** All that differs between an example and what is run here; `SERVICE` stands for the address of a service of this test. */
const SUBSTITUTIONS: readonly { readonly found: string; readonly put: string; readonly why: string }[] = [
  { found: 'http://127.0.0.1:8501/v1/models/m:predict', put: 'SERVICE', why: 'no fixed port is free everywhere' },
  { found: 'http://127.0.0.1:8080/', put: 'SERVICE', why: 'no fixed port is free everywhere' },
  { found: 'serve --model mobilenet', put: 'serve --model mobilenet --port 0 --grpc-port 0', why: 'the same' },
  { found: '--port 9001 --grpc-port 9000', put: '--port 0 --grpc-port 0', why: 'the same' },
  { found: 'replay --rate 50/s --duration 30s', put: 'replay --rate 50/s --duration 1s', why: 'it takes 30 s' },
  { found: '--duration 1m | replay', put: '--duration 1s | replay', why: 'it takes a minute' },
  { found: '--from 80s --to 120s', put: '--from 80s --to 81s', why: 'it takes 40 s' },
  { found: '/ --stages 0s:0,10s:200,40s:200,50s:0', put: '/ --stages 0ms:0,200ms:200,800ms:200,1s:0', why: 'it takes 50 s' }, // prettier-ignore
  { found: 'replay calibrate', put: 'replay calibrate --trial 20ms --most 1000', why: 'it takes a minute' },
  { found: 'study my-study.yaml --dry-run', put: 'study', why: 'the shipped study stands for one of your own' },
  { found: 'study my-study.yaml', put: 'study', why: 'the same' },
  {
    found: 'study --trace my.json --model my.onnx',
    put: 'study --trace trace.json',
    why: 'the same, and timing a model takes a minute',
  },
  { found: '--budget 1usd --out runs/probe', put: '--budget 1usd --dry-run', why: 'it takes half an hour' },
  { found: '--skip starts --skip gaps', put: '--skip starts --skip gaps --dry-run', why: 'it takes minutes' },
  { found: 'fit my-run --like ./theirs.yaml', put: 'fit runs/probe --like aws-lambda', why: 'my-run is too short' },
  { found: 'score ./mine.yaml', put: 'score aws-cpu', why: 'a shipped system stands for one of your own' },
  { found: 'show ./mine.yaml', put: 'show aws-lambda', why: 'a shipped system stands for one of your own' },
  { found: 'replay predict', put: 'replay predict --draws 6', why: 'it takes seconds of each CPU' },
  { found: 'replay study', put: 'replay study --dry-run', why: 'it takes minutes' },
  {
    found: '--recipe recipe.json --duration 10m',
    put: '--recipe traces/workload-40.json --duration 15m',
    why: 'it comes from another example',
  },
  { found: '-o trace.json', put: '-o generated.json', why: 'other examples replay the short trace.json meanwhile' },
  { found: 'report my-run --collect', put: 'report cloud/my-run --collect', why: 'my-run is of a simulated service' },
];

/** 96: this machine was too busy to measure, which is no fault of the example. */
const DID_ITS_WORK = [0, 96];

it('the flags and arguments of every example are taken', async () => {
  for (const { line } of EXAMPLES)
    for (const [name, words] of invocations(line)) await expect(parsed(name, words), line).resolves.toBeDefined();
});

/** The calls of `replay` in a line: in a pipe there are two. */
function invocations(line: string): [name: Name, words: string[]][] {
  const calls = line.split('|').map((part) => part.replace(/\s[12]?>.*$/, '').trim());
  return calls
    .filter((call) => call.startsWith('replay '))
    .map((call) => {
      const words = wordsOf(call).slice(1);
      const [first = '', second = ''] = words;
      const both = `${first} ${second}`;
      if (Object.hasOwn(COMMANDS, both)) return [both as Name, words.slice(2)];
      return Object.hasOwn(COMMANDS, first) ? [first as Name, words.slice(1)] : ['run', words];
    });
}

async function parsed(name: Name, words: string[]): Promise<unknown> {
  const { flags, args } = COMMANDS[name] as { flags?: object; args?: object };
  return Parser.parse(words, { flags: flags ?? {}, args: args ?? {}, strict: true } as never);
}

let done: ReadonlyMap<string, Finished>;
const open: { close(): void | Promise<void> }[] = [];
beforeAll(async () => {
  const [scratch, service, clouds] = await Promise.all([makeScratch(), openLoopbackService(), cloudVariables()]);
  open.push(service, { close: () => scratch.remove() });
  const env = { ...clouds, XDG_CACHE_HOME: join(scratch.folder, 'cache') };
  await prepare(scratch, env);
  const run = (line: string): string =>
    SUBSTITUTIONS.reduce((text, { found, put }) => text.replace(found, put), line).replace('SERVICE', service.url);
  const lines = EXAMPLES.map(({ line }) => line);
  const serves = lines.filter((line) => line.startsWith('replay serve'));
  const plain = lines.filter((line) => isPlain(line) && !/replay (serve|calibrate)/.test(line));
  const others = lines.filter((line) => !plain.includes(line) && !serves.includes(line));
  // Plain lines run in one process, for most of each is the start of one.
  const [did, more] = await Promise.all([
    scratch.replayLines(plain.map(run), env),
    atMost(2, [
      ...others.map((line) => () => scratch.sh(run(line), env)),
      ...serves.map((line) => () => servedFor(run(line), scratch.folder)),
    ]),
  ]);
  done = new Map([...plain, ...others, ...serves].map((line, i) => [line, [...did, ...more][i] as Finished]));
}, 200_000);
afterAll(async () => {
  for (const one of open) await one.close();
});

it('every substitution is of an example', () => {
  for (const { found } of SUBSTITUTIONS)
    expect(
      EXAMPLES.some(({ line }) => line.includes(found)),
      found,
    ).toBe(true);
});

it.each(Object.keys(COMMANDS))('%s: every example does its work', (name) => {
  const lines = EXAMPLES.filter((one) => one.name === name).map(({ line }) => line);
  expect(lines).not.toEqual([]);
  for (const line of lines) {
    const { code, stdout, stderr } = done.get(line) as Finished;
    expect(DID_ITS_WORK, `${line}\n${stdout}\n${stderr}`).toContain(code);
    expect(stderr, line).not.toMatch(/nothing succeeded|bug/);
  }
});

const FUNCTION = { MemorySize: 2048 };
const VARIANT = { VariantName: 'v', InstanceType: 'ml.m5.large', InitialInstanceCount: 1, CurrentInstanceCount: 1 };
const ENDPOINT = { EndpointConfigName: 'c', EndpointStatus: 'InService', ProductionVariants: [VARIANT] };

/** A stand-in for Lambda and SageMaker, and one for Cloud Monitoring: where they are comes from the environment. */
async function cloudVariables(): Promise<Record<string, string>> {
  const aws = await startFakeAws(({ target }) =>
    target.endsWith('/invocations')
      ? { body: '{"predictions":[[1]]}', headers: logTail({ durationMs: 17, billedMs: 18 }) }
      : { body: JSON.stringify({ ...FUNCTION, ...ENDPOINT }) },
  );
  const monitoring = await serveMonitoring({ series: () => [] });
  open.push(aws, monitoring);
  return {
    ...awsVariables(),
    REPLAY_LAMBDA_ENDPOINT_URL: aws.url,
    REPLAY_SAGEMAKER_ENDPOINT_URL: aws.url,
    REPLAY_MONITORING_URL: monitoring.url,
  };
}

/** What the examples name: runs of two systems, repeats before and after a change, a list of systems, a model, a payload. */
async function prepare(scratch: Scratch, env: Readonly<Record<string, string>>): Promise<void> {
  const at = (name: string): string => join(scratch.folder, name);
  writeFileSync(at('input.json'), '{"instances":[[1]]}');
  writeFileSync(at('access.log'), '1.2.3.4 - - [16/Nov/2023:18:15:46 +0000] "GET / HTTP/1.1" 200 512\n');
  writeFileSync(
    at('functions.json'),
    '{"format":1.1,"name":"f","durationMs":2000,"columnTypes":{"functionId":"text","model":"text"},"atMs":[0,1,2],"columns":{"functionId":["a","b","a"],"model":["m","m","n"]}}',
  );
  writeFileSync(at('log.csv'), 'ts,model\n2023-11-16T18:15:46Z,a\n');
  writeFileSync(at('systems.yaml'), systemsOnPage());
  cpSync(writeModel(scratch.folder, doubling('float32', ['N'])), at('my.onnx'));
  const measured = ['lambda --set function=f', 'sagemaker --set endpoint=e'].map(
    (backend, i) => `replay trace.json --backend ${backend} --body [[1]] --no-html --out runs/${['lambda-1', 'sagemaker-1'][i] ?? ''}`, // prettier-ignore
  );
  const repeats = ['before', 'after'].map(
    (out) => `replay trace.json --backend simulated --time virtual --repeat 5 --no-html --out ${out}`,
  );
  const probed = ['replay --rate 20/s --duration 10s --backend simulated --set system=aws-lambda --time virtual --no-html --out runs/probe/1']; // prettier-ignore
  const folder = await runAgainst('cloud-functions', CLOUD_RUN, Date.parse('2026-11-01T10:00:30.000Z'));
  mkdirSync(at('cloud'));
  cpSync(folder, at('cloud/my-run'), { recursive: true });
  for (const { code, stderr } of await scratch.replayLines([...measured, ...repeats, ...probed], env))
    expect(DID_ITS_WORK, stderr).toContain(code);
}

const CLOUD_RUN = { url: 'https://svc-123456789012.us-central1.run.app/' };

/** The file that the page on comparisons shows, with a shorter trace and one run each. */
function systemsOnPage(): string {
  const page = readFileSync(join(ROOT, 'docs/compare.md'), 'utf8');
  const shown = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
  return shown.replace('traces/workload-40.json', 'trace.json').replace('repeat: 5', 'repeat: 1');
}

/** Serves until it has answered once, and is then interrupted. */
async function servedFor(line: string, cwd: string): Promise<Finished> {
  const child = spawn(process.execPath, [CLI, ...wordsOf(line).slice(1)], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes.toString();
    const rest = /^serving (\w+): REST (\S+), gRPC/m.exec(stdout);
    if (rest === null) return;
    void fetch(`${rest[2] ?? ''}/v1/models/${rest[1] ?? ''}`).then(async (answer) => {
      if (answer.ok) stdout += await answer.text();
      child.kill('SIGINT');
    });
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: /AVAILABLE/.test(stdout) ? code : -1, stdout, stderr };
}
