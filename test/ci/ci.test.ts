import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CLI, ROOT, type Finished } from '../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-ci-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** A checkout with the examples, `replay` on the path, as a runner of CI has it. */
function checkout(name: string): string {
  const place = join(folder, name);
  mkdirSync(join(place, 'bin'), { recursive: true });
  cpSync(join(ROOT, 'examples'), join(place, 'examples'), { recursive: true });
  writeFileSync(join(place, 'bin/replay'), `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`, { mode: 0o755 });
  return place;
}

/** As a runner does it: a step that fails ends it. */
function step(place: string, script: string, env: Readonly<Record<string, string>>): Promise<Finished> {
  const path = `${join(place, 'bin')}:${process.env['PATH'] ?? ''}`;
  const frugal = {
    REPLAY_RUN_DURATION: '2s',
    REPLAY_RUN_WARMUP: '500ms',
    REPLAY_RUN_PACING: 'economic',
    ATTEMPTS: '1',
  };
  return new Promise((resolve) => {
    const options = { cwd: place, env: { ...process.env, PATH: path, ...frugal, ...env } };
    const child = execFile(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
      options,
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
  });
}

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, string>>;
}
interface Job {
  readonly 'timeout-minutes': number;
  readonly env: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

describe('the workflow for GitHub Actions', () => {
  const workflow = parse(read('examples/ci/github-actions.yml')) as {
    readonly permissions: object;
    readonly jobs: Readonly<Record<string, Job>>;
  };
  const [job] = Object.values(workflow.jobs) as [Job];

  it('asks for little, ends by itself, and keeps what it found also when it fails', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(job['timeout-minutes']).toBeLessThanOrEqual(30);
    for (const { uses } of job.steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[a-z-]+@v\d+$/);
    const upload = job.steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact') === true);
    expect([upload?.if, upload?.with?.['path']]).toEqual(['always()', job.env['OUT']]);
  });

  it('its steps run, and leave what is uploaded', { timeout: 120_000 }, async () => {
    const place = checkout('workflow');
    const summary = join(place, 'step-summary.md');
    const env = { ...job.env, PORT: await freePort(), GITHUB_STEP_SUMMARY: summary, GITHUB_ACTIONS: 'true' };
    const codes: (number | null)[] = [];
    for (const { name, run } of job.steps) {
      if (run === undefined) continue;
      if (name === 'Build replay')
        for (const line of run.trim().split('\n')) expect(line).toMatch(/^(cd replay|npm (ci|run build|link))$/);
      else codes.push((await step(place, run, env)).code);
    }
    expect([0, 96]).toContain(codes[0]); // 96: this machine was too busy to measure
    expect(codes.slice(1)).toEqual([0]);
    expect(readFileSync(summary, 'utf8')).toContain('all\\.p(99)');
    expect(readFileSync(summary, 'utf8').match(/^## replay/gm)).toHaveLength(1);
    const left = readdirSync(join(place, job.env['OUT'] ?? ''));
    for (const name of ['report.html', 'report.json', 'samples.csv', 'junit.xml', 'service.log'])
      expect(left).toContain(name);
  });
});

describe('the script for any CI', () => {
  it('fails where a threshold does, and says which', { timeout: 120_000 }, async () => {
    const place = checkout('threshold');
    const env = { PORT: await freePort(), REPLAY_RUN_THRESHOLD: 'all.p(99)<1ms' };
    const { code, stdout } = await step(place, 'bash examples/ci/run.sh', env);
    expect([99, 96]).toContain(code); // INVALID goes before
    expect(stdout).toContain('FAILED all.p(99)<1ms');
    expect(readFileSync(join(place, 'replay-out/junit.xml'), 'utf8')).toMatch(/<failure[^>]*/);
  });

  it('reports the last attempt alone', { timeout: 120_000 }, async () => {
    const place = checkout('attempts');
    const summary = join(place, 'step-summary.md');
    const busy = { REPLAY_RUN_MAX_LATENESS: '0us', REPLAY_RUN_THRESHOLD: 'all.p(99)<1us', ATTEMPTS: '2' };
    const env = { PORT: await freePort(), GITHUB_STEP_SUMMARY: summary, GITHUB_ACTIONS: 'true', ...busy };
    // Fails even without our own share: that is an answer, and no attempt is made for it again.
    const { code, stderr } = await step(place, 'bash examples/ci/run.sh', env);
    expect(code, stderr).toBe(99);
    expect([stderr.match(/^::error /gm)?.length, stderr.match(/^::warning /gm)?.length]).toEqual([1, 1]);
    expect(readFileSync(summary, 'utf8').match(/^## replay/gm)).toHaveLength(1);
  });

  it('says so where the service does not start, and leaves no process behind', async () => {
    const place = checkout('service');
    const port = await freePort();
    const broken = await step(place, 'bash examples/ci/run.sh', { PORT: port, SERVICE: 'ls /none' });
    expect([broken.code, broken.stdout]).toEqual([2, expect.stringContaining('/none')]);
    const noCurse = await step(place, 'bash examples/ci/run.sh', { PORT: port, REPLAY_RUN_RATE: 'fast' });
    expect([noCurse.code, noCurse.stderr]).toEqual([2, expect.stringContaining('REPLAY_RUN_RATE: rate fast')]);
    // The script does not wait for the end of what it ends.
    const connected = async (): Promise<number | null> => (await step(place, `: </dev/tcp/127.0.0.1/${port}`, {})).code;
    await expect.poll(connected, { timeout: 10_000 }).toBe(1);
  });
});

describe('the Dockerfile', () => {
  const instructions = read('Dockerfile')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ word: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
  const of = (word: string): string[] => instructions.filter((one) => one.word === word).map(({ rest }) => rest);
  const copies = of('COPY').map((rest) => {
    const words = rest.split(' ');
    const from = words.find((one) => one.startsWith('--from='))?.slice('--from='.length);
    const paths = words.filter((one) => !one.startsWith('--'));
    return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' };
  });

  it('pins its base, installs what is locked, and does not run as root', () => {
    const bases = of('FROM');
    expect(new Set(bases.map((base) => base.split(' ')[0])).size).toBe(1);
    for (const base of bases) expect(base).toMatch(/^node:20\.\d+\.\d+-bookworm-slim( AS [a-z]+)?$/);
    for (const run of of('RUN')) expect(run).not.toMatch(/npm (i|install)\b|curl|wget|sudo|apt/);
    expect(of('ADD')).toEqual([]);
    expect(of('USER').at(-1)).toBe('node');
    const last = instructions.findLastIndex(({ word }) => word === 'USER');
    expect(last).toBeGreaterThan(instructions.findLastIndex(({ word }) => word === 'RUN'));
    expect(JSON.parse(of('ENTRYPOINT')[0] ?? '')).toEqual(['node', '/app/bin/replay.js']);
    for (const name of [...of('ENV'), ...of('ARG')]) expect(name).not.toMatch(/token|secret|password|key/i);
  });

  it('copies from stages that are there, and files that its context holds', () => {
    const stages = of('FROM').map((base) => / AS (\S+)$/.exec(base)?.[1]);
    const ignored = read('.dockerignore').trim().split('\n');
    expect(ignored[0]).toBe('**');
    for (const { from, sources } of copies) {
      if (from !== undefined) expect(stages).toContain(from);
      else
        for (const source of sources.map((one) => one.replace('./', ''))) {
          expect(ignored).toContain(`!${source}`);
          expect(existsSync(join(ROOT, source)), source).toBe(true);
        }
    }
    for (const kept of ignored.slice(1)) expect(kept).not.toMatch(/env|runs|\.git$|node_modules/);
  });

  it('what it puts together is all that a run needs', () => {
    const app = join(folder, 'image/app');
    mkdirSync(app, { recursive: true });
    const final = copies.filter(({ target }) => target.startsWith('/app/'));
    for (const { sources, target } of final)
      for (const source of sources) {
        const inRoot = join(ROOT, source.replace(/^\/app\//, ''));
        const place = join(app, target.slice('/app/'.length), target.endsWith('/') ? source : '');
        if (source.endsWith('node_modules')) symlinkSync(inRoot, place);
        else cpSync(inRoot, place, { recursive: true });
      }
    expect(readdirSync(app).sort()).toEqual([
      'LICENSE',
      'bin',
      'dist',
      'examples',
      'node_modules',
      'package.json',
      'schemas',
      'systems',
      'traces',
    ]);
    const out = join(folder, 'image/data');
    const args = [
      'traces/workload-40.json',
      '--to',
      '20s',
      '--backend',
      'simulated',
      '--time',
      'virtual',
      '--quiet',
      '--out',
      out,
    ];
    const said = execFileSync(process.execPath, [join(app, 'bin/replay.js'), ...args], { cwd: app, encoding: 'utf8' });
    expect(said).toContain('VALID');
    expect(readdirSync(out)).toContain('report.html');
  });
});

it('what is imported is installed with it, or named as what a backend wants', () => {
  const { dependencies, peerDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
  const declared = new Set(Object.keys({ ...dependencies, ...peerDependencies }));
  const bundle = join(ROOT, 'dist/bundle');
  const wanted = readdirSync(bundle, { encoding: 'utf8' }).flatMap((name) => {
    const code = name.endsWith('.js') ? readFileSync(join(bundle, name), 'utf8') : '';
    const imports = code.matchAll(
      /(?:^import .*from |^import |^export .*from |\bimport\()"((?:@[^/"]+\/)?[^./"#][^/"]*)/gm,
    );
    return [...imports].map((match) => match[1] ?? '');
  });
  const missing = wanted.filter((name) => !name.startsWith('node:') && !declared.has(name));
  expect(wanted).toContain('yaml');
  expect([...new Set(missing)]).toEqual([]);
});

it('the scripts of CI are sound to bash', () => {
  for (const script of ['.ci/run', '.ci/other-nodes', 'examples/ci/run.sh'])
    execFileSync('bash', ['-n', join(ROOT, script)]);
});
