import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '#src/report';
import { drawn } from '../support/drawn.js';
import { CLI, expectConserved, readReport, ROOT } from '../support/run-cli.js';

/** Where a case may make what it wants; removed after it. */
export interface Place {
  readonly folder: string;
  /** For `--out`; not there yet. */
  readonly out: string;
}

export interface FaultEnd {
  /** null: a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One fault: what is broken, which command meets it, and what must hold all the same. */
export interface FaultCase {
  readonly name: string;
  /** What has to be there for it, such as `TERMINALS`; a case without it is skipped. */
  readonly needs?: boolean;
  /** Breaks files, folders or services before the command; returns what repairs them. */
  readonly prepare?: (place: Place) => Promise<Repair> | Repair;
  /** The words after `replay`. */
  readonly command: (place: Place) => readonly string[];
  /** The program that runs the command in a broken world, which comes after these words; absent: none. */
  readonly through?: (place: Place) => readonly string[];
  readonly env?: (place: Place) => Readonly<Record<string, string>>;
  /** What happens to the process while it runs; it may be killed only here. */
  readonly during?: (child: ChildProcess, place: Place) => void;
  readonly holds: (end: FaultEnd, place: Place) => Promise<void> | void;
}

type Repair = (() => Promise<void> | void) | undefined | void; // eslint-disable-line @typescript-eslint/no-invalid-void-type

/** The suite runs every third fault; `npm run trials` runs all. */
const FAULTS_DRAWN = 3;
/** A command that has not ended by then hangs, on any machine. */
const HANGS_MS = 90_000;

/** What README.md calls the law of every case holds for each of these, besides what the case says. */
export function faultCases(
  title: string,
  cases: readonly FaultCase[],
  { atOnce = true }: { readonly atOnce?: boolean } = {},
): void {
  describe(title, { concurrent: atOnce }, () => {
    for (const one of drawn(cases, FAULTS_DRAWN))
      it.skipIf(one.needs === false)(
        one.name,
        async () => {
          const folder = mkdtempSync(join(tmpdir(), 'replay-fault-'));
          const place = { folder, out: join(folder, 'run') };
          const repair = await one.prepare?.(place);
          try {
            const end = await runFault(one, place);
            if (one.during === undefined) expectNoCrash(end);
            await one.holds(end, place);
            expect(leftBehind(folder), 'temporary files').toEqual([]);
          } finally {
            await repair?.();
            rmSync(folder, { recursive: true, force: true });
          }
        },
        2 * HANGS_MS,
      );
  });
}

/** A run of the built command line that takes about `seconds`, without a service. */
export function nullRun({ out }: Place, seconds = 1, ...more: readonly string[]): string[] {
  const length = ['--rate', '200/s', '--duration', `${String(seconds)}s`];
  return [...length, '--backend', 'null', '--pacing', 'economic', '--out', out, ...more];
}

/** The same in simulated time, which takes as long as the start of the process. */
export function virtualRun({ out }: Place, ...more: readonly string[]): string[] {
  return ['--rate', '200/s', '--duration', '2s', '--backend', 'simulated', '--time', 'virtual', '--out', out, ...more];
}

/** A line of bash that runs the command as `"$@"`. */
export function bash(line: string): () => readonly string[] {
  return () => ['bash', '-c', line, 'bash'];
}

/** One line for the user, exit 2. */
export function expectOneLine({ code, stderr }: FaultEnd, says: RegExp): void {
  expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(says)]);
  expect(stderr).toMatch(/^replay: /);
  expect(code).toBe(2);
}

/** The run has its whole folder: the record says how it ended, and the report counts every request. */
export function expectReported({ out }: Place): Report {
  expect(readdirSync(out).sort()).toEqual(expect.arrayContaining(['report.json', 'run.json', 'samples.arrows']));
  const report = readReport(out);
  expectConserved(report);
  return report;
}

function expectNoCrash({ code, signal, stderr }: FaultEnd): void {
  expect(signal, stderr).toBe(null);
  expect(stderr).not.toMatch(/this is a bug|^ +at .*:\d+:\d+/m);
  expect([0, 2, 96, 99, 105, 130], stderr).toContain(code);
}

async function runFault({ command, through, env, during }: FaultCase, place: Place): Promise<FaultEnd> {
  const [program = '', ...words] = [...(through?.(place) ?? []), process.execPath, CLI, ...command(place)];
  const child = spawn(program, words, {
    cwd: ROOT,
    env: { ...process.env, ...env?.(place) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  during?.(child, place);
  let hangs = false;
  const limit = setTimeout(() => {
    hangs = true;
    child.kill('SIGKILL');
  }, HANGS_MS);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...ended) => {
      resolve(ended);
    });
  });
  clearTimeout(limit);
  expect(hangs, `hangs after:\n${stdout}${stderr}`).toBe(false);
  return { code, signal, stdout, stderr };
}

/** What a writer began and did not put in place. */
function leftBehind(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }) as string[];
  return names.filter((name) => /\.(tmp|half|part)$|\.making-/.test(name));
}
