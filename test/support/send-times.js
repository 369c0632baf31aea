import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Compiles the recorder and the floor sender into a fresh folder. Throws when there is no C compiler. */
export function buildYardsticks() {
  const folder = mkdtempSync(join(tmpdir(), 'replay-yardsticks-'));
  const build = (name) => {
    const program = join(folder, name);
    execFileSync('cc', ['-O2', '-o', program, join(root, 'test/support', `${name}.c`)]);
    return program;
  };
  return { folder, recorder: build('arrival-recorder'), floor: build('floor-sender') };
}

export function hasCompiler() {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** How late each request of the C sender reached the server, ms, sorted. */
export async function floorLateness(yardsticks, { rate, seconds, connections = 64 }) {
  const { arrivals, output } = await recorded(yardsticks, (port) => [
    yardsticks.floor,
    [port, rate, rate * seconds, connections],
  ]);
  return lateness(arrivals, Number(output.trim()), (seq) => (seq * 1000) / rate);
}

/** The same for a run of the built command line at a constant rate, and the report it made. */
export async function replayLateness(yardsticks, { rate, seconds, pacing = 'exact' }) {
  const out = mkdtempSync(join(yardsticks.folder, 'run-'));
  const { arrivals } = await recorded(yardsticks, (port) => [
    process.execPath,
    [
      join(root, 'bin/replay.js'),
      '--rate',
      `${rate}/s`,
      '--process',
      'constant',
      '--duration',
      `${seconds}s`,
      '--backend',
      'http',
      '--url',
      `http://127.0.0.1:${port}/`,
      '-b',
      '{"instances":[[1,2,3]]}',
      '-H',
      'x-seq: {seq}',
      '--pacing',
      pacing,
      '--workers',
      '1',
      '--quiet',
      '--out',
      out,
    ],
  ]);
  const { startMonotonicNs } = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  return { late: lateness(arrivals, startMonotonicNs, (seq) => (seq * 1000) / rate), report };
}

/** Nearest rank. */
export function percentile(sorted, p) {
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)];
}

function lateness(arrivals, startNs, dueMs) {
  return arrivals.map(({ seq, ns }) => (ns - startNs) / 1e6 - dueMs(seq)).sort((a, b) => a - b);
}

/** A server that answers after exactly so long; resolves with its URL, when its freeze ended (CLOCK_MONOTONIC, ns) and a way to end it. */
export async function delayedServer({ recorder, folder }, { delayUs, freezeAtMs = 0, freezeMs = 0 }) {
  const server = spawn(recorder, [join(folder, 'unused'), delayUs, freezeAtMs, freezeMs].map(String), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = `http://127.0.0.1:${await portOf(server)}/`;
  const thawed = new Promise((resolve) =>
    server.stdout.once('data', (line) => resolve(Number(String(line).split(' ')[1]))),
  );
  return { url, thawed, close: () => server.kill('SIGTERM') };
}

function portOf(server) {
  return new Promise((resolve) => server.stdout.once('data', (line) => resolve(String(line).split(' ')[1].trim())));
}

async function recorded({ recorder, folder }, client) {
  const file = join(mkdtempSync(join(folder, 'arrivals-')), 'arrivals');
  const server = spawn(recorder, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await portOf(server);
  const [command, args] = client(port);
  const output = await finished(spawn(command, args.map(String), { stdio: ['ignore', 'pipe', 'ignore'] }));
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const arrivals = lines.map((line) => line.split(' ').map(Number)).map(([seq, ns]) => ({ seq, ns }));
  return { arrivals, output };
}

function finished(child) {
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  return new Promise((resolve) => child.once('close', () => resolve(output)));
}
