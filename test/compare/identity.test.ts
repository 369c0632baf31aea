import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { RunRecord } from '#src/run';
import { doubling, writeModel } from '../backends/onnx-tiny-models.js';
import { type Finished, readRecord, runCli } from '../support/run-cli.js';

const root = mkdtempSync(join(tmpdir(), 'replay-identity-'));
const at = (name: string): string => join(root, name);
afterAll(() => {
  rmSync(root, { recursive: true });
});

interface Compared {
  readonly systems: readonly { readonly label: string; readonly batch: number; readonly runs: readonly { readonly counted: boolean }[] }[]; // prettier-ignore
  readonly notes: readonly string[];
}

async function run(name: string, ...args: string[]): Promise<void> {
  const common = ['--rate', '50/s', '--duration', '8s', '--no-html', '-q', '--out', at(name)];
  const { code, stderr } = await runCli(['run', ...common, ...args]);
  expect(code, stderr).toBe(0);
}

const VIRTUAL = ['--backend', 'simulated', '--time', 'virtual'];
const compare = (...args: string[]): Promise<Finished> => runCli(['compare', ...args, '--format', 'json']);
const parsed = ({ stdout }: Finished): Compared => JSON.parse(stdout) as Compared;

test('batch sizes and waits are systems; virtual runs of one seed are copies only where nothing differs', async () => {
  for (const seed of ['1', '2']) {
    await run(`b/one-${seed}`, ...VIRTUAL, '--seed', seed);
    await run(`b/eight-${seed}`, ...VIRTUAL, '--seed', seed, '--batch-size', '8');
    await run(`b/soon-${seed}`, ...VIRTUAL, '--seed', seed, '--batch-size', '8', '--batch-wait', '5ms');
  }
  cpSync(at('b/one-1'), at('b/copy'), { recursive: true });
  const { systems, notes } = parsed(await compare(at('b'), '--mixed'));
  expect(systems.map(({ batch, runs }) => [batch, runs.filter(({ counted }) => counted).length]).sort()).toEqual([[1, 2], [8, 2], [8, 2]]); // prettier-ignore
  expect(systems.map(({ label }) => label).join()).toMatch(/batch 8 batch-wait=5.000ms/);
  expect(notes.filter((note) => note.includes('given twice'))).toEqual([
    expect.stringMatching(/^1 run is given twice/),
  ]);
  const page = at('page.html');
  expect((await runCli(['compare', at('b'), '--mixed', '--html', page])).code).toBe(0);
  expect(readFileSync(page, 'utf8')).toContain('Batch size and latency');
});

test('what was sent distinguishes systems, and a gate refuses to hold one payload against another', async () => {
  for (const n of [1, 2, 3, 4, 5]) {
    await run(`p/a/${String(n)}`, ...VIRTUAL, '--body', '{"n":1}', '--set', 'law=exponential');
    await run(`p/b/${String(n)}`, ...VIRTUAL, '--body', '{"n":2}', '--set', 'law=exponential');
  }
  expect(readRecord(at('p/a/1')).sent).toMatchObject({ payloads: 1, bytes: 7 });
  const labels = parsed(await compare(at('p'))).systems.map(({ label }) => label);
  expect(labels).toEqual([expect.stringMatching(/payload=7 B #\w{8}/), expect.stringMatching(/payload=7 B #\w{8}/)]);
  const gate = ['compare', at('p/b'), '--baseline', at('p/a'), '--fail-if', 'response.mean>+5%'];
  const refused = await runCli(gate);
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringMatching(/was sent other payloads .*--ignore-settings/),
  ]);
  const without = await runCli(gate.slice(0, 4));
  expect(without.stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /differ in more than the code .*payload \(7 B #\w+ before, 7 B/,
  );
});

test('a model file that was overwritten in between is another system', async () => {
  const model = at('model.onnx');
  const put = (shape: Parameters<typeof doubling>[1]): void => {
    copyFileSync(writeModel(root, doubling('float32', shape)), model);
  };
  const onnx = async (name: string): Promise<void> => {
    const { code, stderr } = await runCli(['run', '-R', '20/s', '-n', '3', '--backend', 'onnx', '--model', model, '--no-html', '-q', '--out', at(name)]); // prettier-ignore
    expect([0, 96], stderr).toContain(code);
  };
  put([2]);
  await onnx('m/before');
  put([4]);
  await onnx('m/after');
  const [before, after] = ['m/before', 'm/after'].map((name): RunRecord => readRecord(at(name)));
  expect(before?.served?.['model sha256']).not.toBe(after?.served?.['model sha256']);
  expect(before?.served?.['model inputs']).toBe('x float32 [2]');
  const { systems } = parsed(await compare(at('m'), '--include-invalid'));
  expect(systems).toHaveLength(2);
  expect(systems[0]?.label).toMatch(/model sha256=#\w{12}/);
});

test('a header or a query with another value is another system; a credential that was renewed is not', async () => {
  const record = async (name: string, ...args: string[]): Promise<string | null | undefined> => {
    await runCli([
      'run',
      '--rate',
      '50/s',
      '-n',
      '2',
      '--no-html',
      '-q',
      '--out',
      at(name),
      '--backend',
      'http',
      ...args,
    ]);
    return readRecord(at(name)).sent?.request;
  };
  const url = 'http://127.0.0.1:9/';
  const plain = await record('h/0', '--url', url);
  const [a, b] = [await record('h/1', '--url', url, '-H', 'x-version: 1'), await record('h/2', '--url', url, '-H', 'x-version: 2')]; // prettier-ignore
  const [c, d] = [await record('h/3', '--url', `${url}?q=1&api_key=A`), await record('h/4', '--url', `${url}?q=1&api_key=B`)]; // prettier-ignore
  expect([plain, await record('h/5', '--url', url, '-H', 'Authorization: Bearer 1')]).toEqual([null, null]);
  expect(new Set([a, b, c]).size).toBe(3);
  expect(c).toBe(d);
});

test('records of older versions are read: what they do not tell is said', async () => {
  for (const seed of ['1', '2']) await run(`old/${seed}`, ...VIRTUAL, '--seed', seed);
  await run('old/new', ...VIRTUAL);
  for (const seed of ['1', '2']) {
    const { sent, served, ...rest } = readRecord(at(`old/${seed}`));
    expect([sent, served]).not.toContain(undefined);
    writeFileSync(join(at(`old/${seed}`), 'run.json'), JSON.stringify(rest));
  }
  const { systems, notes } = parsed(await compare(at('old'), '--mixed'));
  expect(systems.map(({ runs }) => runs.length).sort()).toEqual([1, 2]);
  expect(notes.join()).toMatch(/recorded by a version that kept neither payloads nor model files/);
});
