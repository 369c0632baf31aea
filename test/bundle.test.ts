import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { BACKENDS } from '#src/backends/registry';
import { CLI, ROOT, spawnCli } from './support/run-cli.js';

const BUNDLE = pathToFileURL(join(ROOT, 'dist/bundle/main.js'));
const folder = mkdtempSync(join(tmpdir(), 'replay-bundle-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('has what the code names beside itself: threads, pages, and the files of the package', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const named = sources.flatMap((name) => {
    const text = readFileSync(join(ROOT, 'src', name), 'utf8');
    return [...text.matchAll(/new URL\(\s*['`]([^'`]+)['`],\s*import\.meta\.url/g)].map((match) => match[1] ?? '');
  });
  expect(named.length).toBeGreaterThan(15);
  expect(named).toContain('./worker.js');
  for (const path of [...named, ...BACKENDS.map(({ module }) => module)]) {
    // Of a name that is only known later, its folder.
    const known = path.includes('${') ? path.slice(0, path.indexOf('${')) : path;
    expect(existsSync(new URL(known, BUNDLE)), `${known}, as seen from dist/bundle/`).toBe(true);
  }
});

/** The files that a command loads, in the order in which they are asked for. */
function loadedBy(...args: readonly string[]): string[] {
  const hook =
    "export async function load(url, context, next) { process._rawDebug('LOADS ' + url); return next(url, context); }";
  const register = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});`;
  const file = join(folder, 'loads.txt');
  const words = [process.execPath, '--import', `data:text/javascript,${encodeURIComponent(register)}`, CLI, ...args];
  execFileSync('bash', ['-c', 'exec "$@" > /dev/null 2> "$0"', file, ...words]);
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith('LOADS ') ? [line.slice(6)] : []));
}

it('a start loads few files: a list of commands no package, help for one no Arrow, SDK, ONNX nor histogram', () => {
  const own = (urls: readonly string[]): number => urls.filter((url) => url.includes('/dist/bundle/')).length;
  const list = loadedBy('--help');
  expect(list.filter((url) => url.includes('node_modules'))).toEqual([]);
  expect(own(list)).toBeLessThan(12);
  const help = loadedBy('run', '--help');
  expect(help.some((url) => url.includes('@oclif/core'))).toBe(true);
  expect(help.filter((url) => /Arrow|onnxruntime|undici|hdr-histogram|aws-sdk|grpc/.test(url))).toEqual([]);
  expect(own(help)).toBeLessThan(70);
  const run = loadedBy(
    '--rate',
    '9/s',
    '--duration',
    '1s',
    '--backend',
    'simulated',
    '--time',
    'virtual',
    '-o',
    join(folder, 'run'),
  );
  expect(run.some((url) => url.includes('Arrow'))).toBe(true);
  expect([own(run) < 200, run.every((url) => !/node_modules.(apache-arrow|flatbuffers)/.test(url))]).toEqual([
    true,
    true,
  ]);
});

it('a plugin that imports this package gets the modules of the program that runs it', async () => {
  const plugin = join(folder, 'plugin.mjs');
  const library = pathToFileURL(join(ROOT, 'dist/bundle/library.js')).href;
  const says = "Object.assign(new UserError('my quota is used up; ask for more'), { name: 'Mine' })";
  writeFileSync(
    plugin,
    `import { UserError } from ${JSON.stringify(library)};
     export default { name: 'mine', summary: 'mine', waits: 'on-the-world', parseOptions() { throw ${says}; }, create() {} };`,
  );
  const { code, stderr } = await spawnCli([
    '--rate',
    '9/s',
    '--duration',
    '1s',
    '--backend',
    plugin,
    '-o',
    join(folder, 'plugin-run'),
  ]);
  expect([stderr, code]).toEqual([expect.stringMatching(/^replay: .*my quota is used up; ask for more\n$/), 2]);
});

it('carries the licenses of what is in it', () => {
  const licenses = readFileSync(new URL('THIRD-PARTY-LICENSES', BUNDLE), 'utf8');
  for (const name of ['apache-arrow', 'flatbuffers', 'tslib']) expect(licenses).toContain(`${name}:\n\n`);
  expect(licenses).toContain('Apache License');
});
