import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI, ROOT, type Finished } from './run-cli.js';

type Variables = Readonly<Record<string, string>>;

/** A folder in which documented commands find what they name, and `replay` is the built command line. */
export interface Scratch {
  readonly folder: string;
  /** Runs a line in bash, with more variables. */
  sh(command: string, env?: Variables): Promise<Finished>;
  /** Runs plain lines one after the other in one process, which saves its start. `env`: more variables. */
  replayLines(lines: readonly string[], env?: Variables): Promise<Finished[]>;
  remove(): void;
}

/** `traces/`, `docs/`, a short `trace.json`, `my-run` and `runs/20261124-084512-workload-40-onnx`. */
export async function makeScratch(): Promise<Scratch> {
  const folder = mkdtempSync(join(tmpdir(), 'replay-docs-'));
  for (const name of ['traces', 'docs', 'schemas']) symlinkSync(join(ROOT, name), join(folder, name));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(join(ROOT, 'docs/examples/echo-backend.js'), join(folder, 'my-backend.js'));
  writeFileSync(join(folder, 'bin/replay'), `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`, { mode: 0o755 });
  await replayLines(folder, [
    'replay generate poisson --rate 20/s --duration 1s -o trace.json',
    'replay trace.json --backend simulated --time virtual --quiet --out my-run',
  ]);
  cpSync(join(folder, 'my-run'), join(folder, 'runs/20261124-084512-workload-40-onnx'), { recursive: true });
  return {
    folder,
    sh: (command, env) => inBash(command, folder, env),
    replayLines: (lines, env) => replayLines(folder, lines, env),
    remove() {
      rmSync(folder, { recursive: true });
    },
  };
}

async function replayLines(folder: string, lines: readonly string[], env: Variables = {}): Promise<Finished[]> {
  const words = lines.map((line) => wordsOf(line).slice(1));
  const program = join(ROOT, 'test/support/replay-lines.js');
  const { stdout, stderr } = await inNode([program, JSON.stringify(words)], folder, env);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Finished[];
}

/** Whether a line works shows without spinning. */
const FRUGAL = { REPLAY_RUN_PACING: 'economic' };

function inBash(command: string, folder: string, more: Variables = {}): Promise<Finished> {
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
  return finished('bash', ['-o', 'pipefail', '-c', command], { cwd: folder, env: { ...env, ...FRUGAL, ...more } });
}

function inNode(args: readonly string[], folder: string, more: Variables): Promise<Finished> {
  return finished(process.execPath, args, { cwd: folder, env: { ...process.env, ...FRUGAL, ...more } });
}

function finished(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { ...options, maxBuffer: 1 << 26 }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

/** Whether a line needs no shell. */
export function isPlain(line: string): boolean {
  return /^replay ('[^']*'|[^'"|<>$&;*~`\\])*$/.test(line);
}

/** The words of a line, as a shell takes quotes. */
export function wordsOf(line: string): string[] {
  const words = line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, a?: string, b?: string) => a ?? b ?? ''));
}

/** Real time is shortened: a second of each documented run shows that its line works. */
export function shortened(command: string, url: string): string {
  // All cells of the study take minutes; which ones there would be shows that the line works.
  if (command === 'replay study') return `${command} --dry-run`;
  const virtual = command.includes('--time virtual') || command.includes('estimate');
  const local = command.replace(/--url \S+/, `--url ${url}`);
  if (virtual) return local;
  return local
    .replace(/--duration \S+/, '--duration 1s')
    .replace(/--from (\d+)s --to \d+s/, (_, from: string) => `--from ${from}s --to ${String(Number(from) + 1)}s`);
}

/** Runs `jobs` at most `most` at a time; the results in their order. */
export async function atMost<T>(most: number, jobs: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < jobs.length) {
      const at = next++;
      results[at] = await (jobs[at] as () => Promise<T>)();
    }
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}
