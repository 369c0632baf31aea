import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RUN_FLAGS } from '#src/commands/run-flags';
import { doubling, writeModel } from '../backends/onnx-tiny-models.js';
import { drawn } from '../support/drawn.js';
import { runCli } from '../support/run-cli.js';

const root = mkdtempSync(join(tmpdir(), 'replay-flags-'));
const at = (name: string): string => join(root, name);

const VIRTUAL = ['--rate', '20/s', '--duration', '2s', '--backend', 'simulated', '--time', 'virtual'];
const TRACE = [at('trace.json'), '--backend', 'simulated', '--time', 'virtual'];
const REAL = ['--rate', '100/s', '-n', '3', '--pacing', 'economic', '--workers', '1'];
const HTTP = [...REAL, '--backend', 'http', '--url', '{url}/'];
const HTTPS = [...REAL, '--backend', 'http', '--url', 'https://127.0.0.1:9/'];
const ONNX = ['-R', '20/s', '-n', '2', '--backend', 'onnx', '--pacing', 'economic', '--model', at('a.onnx')];

type Effect = 'changes the system' | 'changes the workload' | 'changes nothing' | { readonly makesNoRun: string };

/** Of each flag of `replay run`: what it does to the key of a run, the flags of the run without it, and those with it. */
const LAW: Readonly<Record<keyof typeof RUN_FLAGS, readonly [Effect, readonly string[], readonly string[]]>> = {
  backend: ['changes the system', ['--rate', '20/s', '-n', '3'], ['--backend=null']],
  set: ['changes the system', VIRTUAL, ['--set=service=30ms']],
  url: ['changes the system', HTTP, ['--url={url}/other']],
  model: ['changes the system', ONNX, [`--model=${at('b.onnx')}`]],
  sessions: ['changes the system', ONNX, ['--sessions=2']],
  header: ['changes the system', HTTP, ['--header=x-version: 2']],
  method: ['changes the system', HTTP, ['--method=PUT']],
  expect: ['changes the system', HTTP, ['--expect=status:200']],
  insecure: ['changes the system', HTTPS, ['--insecure']],
  http2: ['changes the system', HTTPS, ['--http2']],
  cacert: ['changes the system', HTTPS, [`--cacert=${at('root.pem')}`]],
  cert: [{ makesNoRun: 'needs a certificate with its key' }, [], []],
  key: [{ makesNoRun: 'needs a certificate with its key' }, [], []],
  sni: ['changes the system', HTTPS, ['--sni=service.test']],
  resolve: ['changes the system', [...REAL, '--backend=http', '--url=http://localhost:9/'], ['--resolve=localhost:9:127.0.0.1']], // prettier-ignore
  'unix-socket': ['changes the system', HTTP, [`--unix-socket=${at('none')}`]],
  'requests-per-connection': ['changes the system', HTTP, ['--requests-per-connection=2']],
  'no-keepalive': ['changes the system', HTTP, ['--no-keepalive']],
  body: ['changes the system', VIRTUAL, ['--body={"a":1}']],
  payload: ['changes the system', VIRTUAL, [`--payload=${at('bodies.jsonl')}`]],
  targets: ['changes the system', HTTP, [`--targets=${at('targets.jsonl')}`]],
  'payload-by': ['changes the workload', [at('times.csv'), '--column=a', '--unit=ms', `--payload=${at('bodies.jsonl')}`, ...TRACE.slice(1)], ['--payload-by=b']], // prettier-ignore
  'trace-format': ['changes nothing', [at('times.csv'), '--column=a', '--unit=ms', ...TRACE.slice(1)], ['--trace-format=csv']], // prettier-ignore
  where: ['changes the workload', [at('times.csv'), '--column=a', '--unit=ms', ...TRACE.slice(1)], ['--where=b < 5']],
  'keep-column': ['changes nothing', [at('times.csv'), '--column=a', '--unit=ms', ...TRACE.slice(1)], ['--keep-column=b']], // prettier-ignore
  column: ['changes the workload', [at('times.csv'), '--unit=ms', '--column=a', ...TRACE.slice(1)], ['--column=b']],
  unit: ['changes the workload', [at('times.csv'), '--column=a', '--unit=ms', ...TRACE.slice(1)], ['--unit=s']],
  rate: ['changes the workload', VIRTUAL, ['--rate=30/s']],
  duration: ['changes the workload', VIRTUAL, ['--duration=3s']],
  stages: ['changes the workload', ['--stages=0s:20,2s:20', ...TRACE.slice(1)], ['--stages=0s:20,2s:40']],
  requests: ['changes the workload', ['--rate=20/s', '-n', '10', ...TRACE.slice(1)], ['--requests=12']],
  process: ['changes the workload', VIRTUAL, ['--process=constant']],
  scv: ['changes the workload', [...VIRTUAL, '--process=gamma'], ['--scv=4']],
  seed: ['changes the workload', VIRTUAL, ['--seed=2']],
  from: ['changes the workload', TRACE, ['--from=1s']],
  to: ['changes the workload', TRACE, ['--to=1s']],
  speed: ['changes the workload', TRACE, ['--speed=2x']],
  warmup: ['changes the workload', TRACE, ['--warmup=1s']],
  time: ['changes the system', ['--rate=20/s', '-n', '3', '--backend=simulated'], ['--time=virtual']],
  workers: ['changes nothing', [...REAL, '--backend=null'], ['--workers=2']],
  pacing: ['changes nothing', [...REAL, '--backend=null'], ['--pacing=exact']],
  connections: ['changes the system', HTTP, ['--connections=2']],
  'max-in-flight': ['changes the system', VIRTUAL, ['--max-in-flight=50']],
  timeout: ['changes the system', VIRTUAL, ['--timeout=20s']],
  'max-lateness': ['changes nothing', VIRTUAL, ['--max-lateness=20ms']],
  'batch-size': ['changes the system', VIRTUAL, ['--batch-size=8']],
  'batch-wait': ['changes the system', [...VIRTUAL, '--batch-size=8'], ['--batch-wait=5ms']],
  prices: ['changes the system', [...VIRTUAL, '--machine=aws:t2.2xlarge'], ['--prices=2021-03']],
  machine: ['changes the system', VIRTUAL, ['--machine=aws:t2.2xlarge']],
  count: ['changes the system', [...VIRTUAL, '--machine=aws:t2.2xlarge'], ['--count=2']],
  repeat: ['changes nothing', VIRTUAL, ['--repeat=1']],
  attempts: ['changes nothing', VIRTUAL, ['--attempts=2']],
  'vary-seed': ['changes nothing', [...VIRTUAL, '--repeat=1'], ['--vary-seed']],
  collect: [{ makesNoRun: 'asks a cloud after the run' }, [], []],
  'collect-wait': [{ makesNoRun: 'asks a cloud after the run' }, [], []],
  'collect-set': [{ makesNoRun: 'asks a cloud after the run' }, [], []],
  budget: ['changes nothing', [...VIRTUAL, '--machine=aws:t2.2xlarge'], ['--budget=5usd']],
  collector: ['changes nothing', VIRTUAL, ['--collector=examples/collectors/goodput.mjs']],
  threshold: ['changes nothing', VIRTUAL, ['--threshold=success>1%']],
  'abort-on-fail': ['changes nothing', [...VIRTUAL, '--threshold=success>1%'], ['--abort-on-fail']],
  'abort-after': ['changes nothing', [...VIRTUAL, '--threshold=success>1%', '--abort-on-fail'], ['--abort-after=1s']],
  junit: ['changes nothing', VIRTUAL, [`--junit=${at('junit.xml')}`]],
  summary: ['changes nothing', VIRTUAL, [`--summary=${at('summary.md')}`]],
  latency: ['changes nothing', VIRTUAL, ['--latency']],
  'metrics-port': ['changes nothing', [...REAL, '--backend=null'], ['--metrics-port=0']],
  'metrics-host': ['changes nothing', [...REAL, '--backend=null', '--metrics-port=0'], ['--metrics-host=127.0.0.1']],
  'metrics-linger': ['changes nothing', [...REAL, '--backend=null', '--metrics-port=0'], ['--metrics-linger=1ms']],
  out: ['changes nothing', VIRTUAL, []],
  format: ['changes nothing', VIRTUAL, ['--format=json']],
  json: ['changes nothing', VIRTUAL, ['--json']],
  tag: ['changes nothing', VIRTUAL, ['--tag=a=b']],
  html: ['changes nothing', VIRTUAL, ['--html']],
  quiet: ['changes nothing', VIRTUAL, ['--quiet']],
  config: ['changes nothing', VIRTUAL, [`--config=${at('flags.yaml')}`]],
  'dry-run': [{ makesNoRun: 'tries a backend' }, [], []],
};

const server = createServer((request, response) => {
  request.resume();
  response.end('{}');
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  writeFileSync(at('trace.json'), JSON.stringify({ format: 1, name: 'five', durationMs: 3000, atMs: [100, 900, 1100, 1900, 2500] })); // prettier-ignore
  writeFileSync(at('times.csv'), 'a,b\n1,2\n2,3\n3,5\n');
  writeFileSync(at('bodies.jsonl'), '{"b":1}\n{"b":2}\n');
  writeFileSync(at('targets.jsonl'), '{"method":"GET","path":"/one"}\n{"method":"GET","path":"/two"}\n');
  writeFileSync(at('root.pem'), rootCertificates[0] ?? '');
  writeFileSync(at('flags.yaml'), 'quiet: true\n');
  for (const [name, shape] of [
    ['a', [2]],
    ['b', [3]],
  ] as const)
    renameSync(writeModel(root, doubling('float32', [...shape])), at(`${name}.onnx`));
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true });
});

test('the table has every flag: the compiler and this know', () => {
  expect(Object.keys(LAW).sort()).toEqual(Object.keys(RUN_FLAGS).sort());
});

const rows = Object.entries(LAW).filter(([, [effect]]) => typeof effect === 'string');

// Each takes two runs and a comparison.
describe.each(drawn(rows, 4))('--%s', (name, [effect, base, changed]) => {
  test(String(effect), async () => {
    const [without, withIt] = [await baseRun(base), await made(`${name}-1`, withFlags(base, changed))];
    const { code, stdout, stderr } = await runCli(['compare', without, withIt, '--format', 'json']);
    if (effect === 'changes the workload') {
      expect([code, stderr]).toEqual([2, expect.stringMatching(/are runs of different/)]);
      return;
    }
    expect(code, stderr).toBe(0);
    const { systems } = JSON.parse(stdout) as {
      readonly systems: readonly { readonly label: string; readonly model: string | null }[];
    };
    const names = systems.map(({ label, model }) => `${label} ${model ?? ''}`);
    expect([...new Set(names)], names.join()).toHaveLength(effect === 'changes nothing' ? 1 : 2);
    expect(systems).toHaveLength(names.length);
  });
});

const baseRuns = new Map<string, Promise<string>>();

/** The run without the flag; many flags share one. */
function baseRun(base: readonly string[]): Promise<string> {
  const key = base.join(' ');
  const running = baseRuns.get(key) ?? made(`base-${String(baseRuns.size)}`, base);
  baseRuns.set(key, running);
  return running;
}

/** What is given twice is given as the second says. */
function withFlags(base: readonly string[], changed: readonly string[]): string[] {
  const [flag = ''] = (changed[0] ?? '').split('=');
  const at = base.indexOf(flag);
  const kept = at < 0 ? base : [...base.slice(0, at), ...base.slice(at + 2)];
  const short = { '--requests': '-n' }[flag];
  const from = short === undefined ? -1 : kept.indexOf(short);
  const rest = from < 0 ? kept : [...kept.slice(0, from), ...kept.slice(from + 2)];
  return [...rest.filter((one) => flag === '' || !one.startsWith(`${flag}=`)), ...changed];
}

async function made(name: string, args: readonly string[]): Promise<string> {
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const filled = args.map((one) => one.replace('{url}', url));
  const quiet = [...(filled.includes('--html') ? [] : ['--no-html']), ...(filled.includes('--quiet') ? [] : ['-q'])];
  const { code, stderr } = await runCli(['run', ...filled, ...quiet, '--out', at(name)]);
  expect([0, 96], `${filled.join(' ')}: ${stderr}`).toContain(code);
  return at(name);
}
