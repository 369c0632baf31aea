import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** How the built command line is started. */
export const REPLAY = [process.execPath, join(ROOT, 'bin/replay.js')];

/** A run that is INVALID is a figure all the same. */
const INVALID = 96;

/** Compiles programs of this folder into a fresh one. Throws when there is no C compiler. */
export function compile(names) {
  const folder = mkdtempSync(join(tmpdir(), 'replay-yardsticks-'));
  const programs = names.map((name) => {
    const program = join(folder, name);
    execFileSync('cc', ['-O2', '-o', program, join(ROOT, 'test/support', `${name}.c`)]);
    return program;
  });
  return { folder, programs };
}

/** Command words that keep client and server each on a CPU of its own; empty where there are not two, or no taskset. */
export function cpuPlaces() {
  const [first, second] = allowedCpus();
  if (second === undefined) return { client: [], server: [], apart: false };
  const on = (cpu) => ['taskset', '-c', String(cpu)];
  return { client: on(first), server: on(second), apart: true };
}

function allowedCpus() {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    const [, list] = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return list.split(',').flatMap((range) => {
      const [from, to = from] = range.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
  } catch {
    return [];
  }
}

/** Runs a command to its end: what it said, the CPU time it used (us), the most memory it had (bytes). Throws when it fails. */
export async function meteredRun({ metered, folder }, command) {
  const usage = join(mkdtempSync(join(folder, 'usage-')), 'usage');
  const output = await finished(metered, [usage, ...command]);
  const [cpuUs, peakKb] = readFileSync(usage, 'utf8').split(' ').map(Number);
  return { output, cpuUs, peakBytes: peakKb * 1024 };
}

/** The same for `replay ARGUMENTS`, and what it wrote. */
export async function meteredReplay(yardsticks, args, place = []) {
  const out = mkdtempSync(join(yardsticks.folder, 'run-'));
  const used = await meteredRun(yardsticks, [...place, ...REPLAY, ...args, '--quiet', '--out', out]);
  return { ...used, ...writtenTo(out) };
}

export function writtenTo(out) {
  const read = (name) => JSON.parse(readFileSync(join(out, name), 'utf8'));
  return { out, record: read('run.json'), report: read('report.json') };
}

function finished(program, args) {
  const child = spawn(program, args.map(String), { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, trouble] = ['', ''];
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (trouble = (trouble + text).slice(-2000)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 || code === INVALID) resolve(output);
      else reject(new Error(`${args.slice(1).join(' ')} ended with ${code}: ${trouble}`));
    });
  });
}
