import { spawn, type ChildProcess } from 'node:child_process';
import { Console } from 'node:console';
import { mkdtempSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { expect } from 'vitest';
import type { Report } from '#src/report';
import type { RunRecord } from '#src/run';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const CLI = join(ROOT, 'bin/replay.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One after the other: they share a process, and its output. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the built command line to its end, without a terminal, with more variables than ours. Within this process, for most of a short run is its start:
 * all of it is real but the process, its standard streams and its exit code, and that its main thread collects no garbage before the
 * start. `spawnCli` has those, too.
 */
export function runCli(args: readonly string[], env: Variables = {}): Promise<Finished> {
  const finished = last.then(() => runWithin(args, env));
  last = finished.catch(() => undefined);
  return finished;
}

type Variables = Readonly<Record<string, string>>;

async function runWithin(args: readonly string[], env: Variables): Promise<Finished> {
  const { main } = await import('#src/commands/main');
  const variables = { ...process.env };
  const [stdout, stderr] = [hear(process.stdout), hear(process.stderr)];
  const before = process.exitCode;
  const ours = globalThis.console;
  const letCollect = leaveGarbage();
  try {
    process.exitCode = undefined;
    globalThis.console = new Console(process.stdout, process.stderr);
    Object.assign(process.env, env);
    await main(args);
    return { code: Number(process.exitCode ?? 0), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.exitCode = before;
    globalThis.console = ours;
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, variables);
    letCollect();
    stdout.stop();
    stderr.stop();
  }
}

/**
 * Takes the collector from the main thread, and returns what gives it back: the garbage here is that of all tests before, and
 * collecting it before each run was half of the CPU of the suite. Workers collect theirs.
 */
function leaveGarbage(): () => void {
  const { runInNewContext } = vm;
  const replaced: typeof runInNewContext = (code, ...rest) =>
    code.includes('typeof gc') ? undefined : (runInNewContext(code, ...rest) as unknown);
  Object.assign(vm, { runInNewContext: replaced });
  syncBuiltinESMExports();
  return () => {
    Object.assign(vm, { runInNewContext });
    syncBuiltinESMExports();
  };
}

/** Keeps what is written to a stream to itself. */
function hear(stream: NodeJS.WriteStream): { text(): string; stop(): void } {
  const { write } = stream;
  const pieces: Buffer[] = [];
  stream.write = (piece: string | Uint8Array, ...rest: unknown[]) => {
    pieces.push(Buffer.from(piece as string));
    const done = rest.find((one) => typeof one === 'function');
    if (done !== undefined) setImmediate(done as () => void);
    return true;
  };
  return {
    text: () => Buffer.concat(pieces).toString(),
    stop() {
      stream.write = write;
    },
  };
}

/** The same in a process of its own, which `onStart` may watch, stop or kill. */
export function spawnCli(
  args: readonly string[],
  onStart: (child: ChildProcess) => void = () => undefined,
): Promise<Finished> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  onStart(child);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

export function freshFolder(): string {
  return join(mkdtempSync(join(tmpdir(), 'replay-e2e-')), 'run');
}

export function readReport(folder: string): Report {
  return JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report;
}

export function readRecord(folder: string): RunRecord {
  return JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as RunRecord;
}

/** The law every run keeps, whatever happens to it. */
export function expectConserved({ sections: { outcomes } }: Report): void {
  const failed = Object.values(outcomes.failures).reduce((sum, count) => sum + count, 0);
  expect(outcomes.ok + failed + outcomes.unsent).toBe(outcomes.planned);
}
