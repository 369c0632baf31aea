// Simulated requests per second on one core: as the summary of a draw, and through the sample log and the report.
// node test/bench/systems.js [requests] [--quick]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { poisson } from '#src/generator/poisson';
import { seededRandom } from '#src/generator/random';
import { readSystem } from '#src/systems/read-system';
import { simulateDraw } from '#src/systems/simulate';
import { median, printBench, spread } from '../support/bench-table.js';

const ROUNDS = 5;
const CLI = fileURLToPath(new URL('../../bin/replay.js', import.meta.url));
const DRAW_GOAL = 2e6;
const RUN_GOAL = 300_000;
const PER_SECOND = 100;

await printBench(import.meta.url, async ({ quick, numbers: [wanted = quick ? 20_000 : 2_000_000] }) => {
  const due = Float64Array.from(
    [...poisson(PER_SECOND).arrivals(seededRandom(1), (wanted * 1000) / PER_SECOND)].flatMap((chunk) => [...chunk]),
  );
  const rows = [];
  for (const name of ['aws-lambda', 'gcp-cloud-functions', 'aws-cpu']) {
    const system = await readSystem(name);
    const draws = Array.from({ length: ROUNDS + 1 }, () => cpuSpeed(due.length, () => simulateDraw(system, due, 1)));
    rows.push(rowOf(`a draw of ${name}, summary only`, draws.slice(1), DRAW_GOAL));
  }
  const requests = Math.round(wanted / 4);
  const start = await cpuOfRun(1);
  const runs = [];
  for (let round = 0; round < 3; round++) runs.push(requests / ((await cpuOfRun(requests)) - start));
  return [...rows, rowOf('a virtual run against aws-lambda, through log and report', runs, RUN_GOAL)];
});

function rowOf(measure, speeds, goal) {
  const held = median(speeds) >= goal;
  return {
    measure: `simulating ${measure}`,
    figure: `${spread(
      speeds.map((speed) => speed / 1e6),
      2,
    )} million/s of CPU time`,
    goal: `${goal / 1e6} million/s`,
    held,
  };
}

function cpuSpeed(requests, simulate) {
  const before = process.cpuUsage();
  simulate();
  const { user, system } = process.cpuUsage(before);
  return (requests * 1e6) / (user + system);
}

/** Seconds of CPU of a whole run. */
async function cpuOfRun(requests) {
  const folder = mkdtempSync(join(tmpdir(), 'replay-bench-'));
  const args = [
    'run',
    '-R',
    `${PER_SECOND}/s`,
    '-n',
    String(requests),
    '--backend',
    'simulated',
    '--set',
    'system=aws-lambda',
    '--time',
    'virtual',
    '-q',
    '--no-html',
    '-o',
    join(folder, 'run'),
  ];
  const watch = `const { resourceUsage } = process; process.on('exit', () => { const { userCPUTime, systemCPUTime } = resourceUsage(); console.error('cpu ' + (userCPUTime + systemCPUTime)); });`;
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(watch)}`, CLI, ...args],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let text = '';
  child.stderr.on('data', (piece) => (text += piece));
  await new Promise((resolve) => child.once('close', resolve));
  rmSync(folder, { recursive: true });
  return Number(/cpu (\d+)/.exec(text)?.[1] ?? NaN) / 1e6;
}
