import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../support/run-cli.js';

const { dependencies, peerDependencies, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly version: string;
};

let folder = '';
let files: string[] = [];

/**
 * What `npm install` would put into an empty folder: the package as it is published, and its dependencies (as links to those
 * here) without a peer.
 */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-packed-'));
  const told = execFileSync('npm', ['pack', '--json', '--offline', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = JSON.parse(told) as [{ readonly filename: string; readonly files: { readonly path: string }[] }];
  files = packed.files.map(({ path }) => path);
  const home = join(folder, 'node_modules/replay');
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '--strip-components=1', '-C', home]);
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link);
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function replay(...args: string[]) {
  const bin = join(folder, 'node_modules/replay/bin/replay.js');
  return spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: 'utf8' });
}

it('holds what is built and what is shipped, and nothing of the workshop', () => {
  expect(files).toEqual(
    expect.arrayContaining(['bin/replay.js', 'dist/bundle/main.js', 'dist/index.d.ts', 'schemas/report.schema.json']),
  );
  // The program is in the bundle, and in no second copy.
  expect(files.filter((path) => /^dist\/(?!bundle\/).*\.js$/.test(path))).toEqual([]);
  expect(files).toContain('traces/workload-40.json');
  expect(files.filter((path) => /^(src|test|node_modules|runs|\.ci)\//.test(path))).toEqual([]);
});

it('runs from an empty folder', () => {
  expect(replay('--version').stdout).toContain(`replay ${version}\n`);
  const trace = join('node_modules/replay/traces/workload-40.json');
  const { status, stdout, stderr } = replay(trace, '--backend', 'simulated', '--time', 'virtual');
  expect([status, stderr]).toEqual([0, expect.stringContaining('written to runs/')]);
  expect(stdout).toContain('VALID');
});

it('names the command that installs a peer which is missing', () => {
  const { status, stderr } = replay('--rate', '1/s', '-n', '1', '--backend', 'onnx');
  expect(status).toBe(2);
  const peer = `onnxruntime-node@${peerDependencies['onnxruntime-node'] ?? '?'}`;
  expect(stderr.trimEnd().split('\n').at(-1)).toContain(`run: npm install ${peer}`);
});
