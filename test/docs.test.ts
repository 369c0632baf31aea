import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { answer, serve } from './backends/shared/loopback-server.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'replay-docs-'));
const server = await serve((socket) => socket.write(answer('{}')));

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

it.each(pages())('%s: every link leads to a file', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] as string);
  const broken = links.filter((link) => !/^[a-z]+:/.test(link) && !existsSync(resolve(root, dirname(page), link)));
  expect(broken).toEqual([]);
});

it('every page of a backend is reachable from the README', () => {
  const missing = pages().filter((page) => page.startsWith('docs/') && !read('README.md').includes(`(${page})`));
  expect(missing).toEqual([]);
});

it('the commands of the README do what it says', { timeout: 120_000 }, async () => {
  await sh('replay generate poisson --rate 20/s --duration 1s -o trace.json');
  for (const command of commands()) {
    const { code, stderr } = await sh(command.replace(/runs\/\S+/, pastRun));
    // 96: this machine was too busy to measure, which is no fault of the README.
    expect([0, 96], `${command}\n${stderr}`).toContain(code);
  }
});

/** The second block of the README as it stands, against the loopback server and shorter; the past run is the last one made. */
function commands(): string[] {
  const block = [...read('README.md').matchAll(/^```sh\n(.*?)^```/gms)][1]?.[1] ?? '';
  return (
    block
      .trim()
      .split('\n')
      .map((line) => line.replace(/--url \S+/, `--url ${server.url.href}`).replace(/--duration \S+/, '--duration 2s'))
      // A generated trace may not replace the short one, which later lines replay.
      .map((line) => (line.includes(' generate ') ? line.replace('-o trace.json', '-o generated.json') : line))
  );
}

function pastRun(): string {
  return join('runs', readdirSync(join(folder, 'runs')).sort().at(-1) ?? '');
}

function pages(): string[] {
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  return ['README.md', ...below.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
}

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

function sh(command: string): Promise<{ readonly code: number; readonly stderr: string }> {
  const script = `replay() { "${process.execPath}" "${join(root, 'bin/replay.js')}" "$@"; }\n${command}`;
  return new Promise((done) => {
    const child = execFile('bash', ['-c', script], { cwd: folder }, (_error, _stdout, stderr) => {
      done({ code: child.exitCode ?? -1, stderr });
    });
  });
}
