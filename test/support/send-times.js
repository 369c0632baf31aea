import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compile, cpuPlaces, meteredRun, REPLAY, writtenTo } from './metered-run.js';

/** Compiles the recorder, the floor sender and the meter into a fresh folder. Throws when there is no C compiler. */
export function buildYardsticks() {
  const { folder, programs } = compile(['arrival-recorder', 'floor-sender', 'metered-run']);
  const [recorder, floor, metered] = programs;
  return { folder, recorder, floor, metered };
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
export async function floorLateness(yardsticks, { rate, seconds, connections = 64, apart }) {
  const command = ({ port }) => [yardsticks.floor, port, rate, Math.round(rate * seconds), connections];
  const { arrivals, output } = await recorded(yardsticks, command, { apart });
  return lateness(arrivals, Number(output.trim()), (seq) => (seq * 1000) / rate);
}

/** The same for a run of the built command line at a constant rate, in all and by seconds apart, and the report it made. */
export async function replayLateness(yardsticks, { rate, pacing = 'exact', ...load }) {
  const { arrivals, record, report } = await recordedReplay(yardsticks, { rate, pacing, numbered: true, ...load });
  const lateOf = (some) => lateness(some, record.startMonotonicNs, (seq) => (seq * 1000) / rate);
  return {
    late: lateOf(arrivals),
    firstSecond: lateOf(arrivals.filter(({ seq }) => seq < rate)),
    laterSeconds: lateOf(arrivals.filter(({ seq }) => seq >= rate)),
    report,
  };
}

/** Such a run: what arrived, what it used, what it wrote. `numbered` requests carry an x-seq header. */
export async function recordedReplay(yardsticks, load) {
  const out = mkdtempSync(join(yardsticks.folder, 'run-'));
  const command = ({ url }) => [...REPLAY, ...replayArguments(url, load), '--quiet', '--out', out];
  return { ...(await recorded(yardsticks, command, load)), ...writtenTo(out) };
}

function replayArguments(url, { rate, seconds, pacing, numbered = false, more = [] }) {
  const arrivals = ['--rate', `${rate}/s`, '--process', 'constant', '--duration', `${seconds}s`];
  const target = ['--backend', 'http', '--url', url, '-b', BODY, ...(numbered ? ['-H', 'x-seq: {seq}'] : [])];
  return [...arrivals, ...target, '--pacing', pacing, '--workers', 1, ...more];
}

/** What every sender posts. */
export const BODY = '{"instances":[[1,2,3]]}';

/** Nearest rank. */
export function percentile(sorted, p) {
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)];
}

function lateness(arrivals, startNs, dueMs) {
  return arrivals.map(({ seq, ns }) => (ns - startNs) / 1e6 - dueMs(seq)).sort((a, b) => a - b);
}

/**
 * The same for senders whose requests have no number and which tell no start: the i-th to arrive is taken for the i-th
 * due, and the earliest half percent for punctual. A constant delay stays unseen, which favours them.
 */
export function latenessByRank(arrivals, rate) {
  const late = arrivals
    .map(({ ns }) => ns)
    .sort((a, b) => a - b)
    .map((ns, i, all) => (ns - all[0]) / 1e6 - (i * 1000) / rate)
    .sort((a, b) => a - b);
  const punctual = percentile(late, 0.5);
  return late.map((ms) => ms - punctual);
}

/**
 * A server that answers after exactly this long; resolves with its URL, when its freeze ended (CLOCK_MONOTONIC, ns) and a way
 * to end it, which resolves with what it wrote down of each request.
 */
export async function delayedServer({ recorder, folder }, { delayUs, freezeAtMs = 0, freezeMs = 0 }) {
  const file = join(mkdtempSync(join(folder, 'delayed-')), 'arrivals');
  const server = spawn(recorder, [file, delayUs, freezeAtMs, freezeMs].map(String), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const url = `http://127.0.0.1:${await portOf(server)}/`;
  const thawed = new Promise((resolve) =>
    server.stdout.once('data', (line) => resolve(Number(String(line).split(' ')[1]))),
  );
  const close = async () => {
    server.kill('SIGTERM');
    await ended;
    return readRecord(file);
  };
  return { url, thawed, close };
}

function portOf(server) {
  return new Promise((resolve) => server.stdout.once('data', (line) => resolve(String(line).split(' ')[1].trim())));
}

/**
 * Runs the client that `command` makes for a server's address to its end, and resolves with what arrived and what it
 * used. `apart`: each on a CPU of its own, where there are two.
 */
export async function recorded(yardsticks, command, { apart = false, delayUs = 0 } = {}) {
  const file = join(mkdtempSync(join(yardsticks.folder, 'arrivals-')), 'arrivals');
  const places = apart ? cpuPlaces() : { client: [], server: [] };
  const [program, ...args] = [...places.server, yardsticks.recorder, file, delayUs].map(String);
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  try {
    const port = await portOf(server);
    const used = await meteredRun(yardsticks, [
      ...places.client,
      ...command({ port, url: `http://127.0.0.1:${port}/` }),
    ]);
    server.kill('SIGTERM');
    await ended;
    return { ...used, arrivals: readRecord(file) };
  } finally {
    server.kill('SIGTERM');
  }
}

/** In the order of their arrival. */
function readRecord(file) {
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [seq, ns, answeringNs, answeredNs] = line.split(' ').map(Number);
      return { seq, ns, answeringNs, answeredNs };
    });
}
