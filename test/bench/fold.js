// CPU that one sample costs after its answer: recording, the transfer between threads, the folds of all sections, the log.
// Run: node test/bench/fold.js [samples] [--quick]
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Health } from '#src/collectors/health/health';
import { Latency } from '#src/collectors/latency/latency';
import { Outcomes } from '#src/collectors/outcomes/outcomes';
import { foldSections } from '#src/collectors/registry';
import { ROWS as SECTION_ROWS } from '#src/collectors/sections';
import { openSampleLog, readSampleLog } from '#src/sample-log/sample-log';
import { Timeline } from '#src/collectors/timeline/timeline';
import { undisturbedEnd } from '#src/undisturbed-end';
import { median, printBench, spread, tell } from '../support/bench-table.js';
import { makeBlocks, PER_SECOND, planOf } from '../support/made-blocks.js';

const GOAL_US = 1.5;
const ROWS = 4096;
const SECTIONS = { latency: Latency, outcomes: Outcomes, timeline: Timeline, health: Health };
const LIVE_GOAL_US = 0.05;

const end = undisturbedEnd(1e6);

await printBench(import.meta.url, async ({ quick, numbers: [samples = quick ? 100_000 : 2_000_000] }) => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-bench-'));
  try {
    const together = await allTogether(folder, samples, quick ? 1 : 5);
    tell('fold: the parts');
    return [together, ...folds(samples), liveFigures(samples), ...(await log(folder, samples))];
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Recorder and transfer in a worker, folds and log here, as in a run. CPU of all threads; the slope leaves out the start of a thread. */
async function allTogether(folder, samples, rounds) {
  await pipelineUs(folder, samples / 4);
  const slopes = [];
  for (let round = 0; round < rounds; round++) {
    tell(`fold: all together, round ${round + 1} of ${rounds}`);
    const [short, long] = [await pipelineUs(folder, samples / 4), await pipelineUs(folder, samples)];
    slopes.push((long - short) / (samples * 0.75));
  }
  return {
    measure: 'recording, transfer, folds and log together, per request',
    figure: `${spread(slopes, 2)} us`,
    goal: `at most ${GOAL_US} us`,
    held: median(slopes) <= GOAL_US,
    note: 'CPU of all threads, slope between two lengths',
  };
}

/** CPU time of it all, us. */
async function pipelineUs(folder, samples) {
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const fold = foldSections({ plan: planOf(samples) });
  const log = await openSampleLog(join(folder, 'together.arrows'));
  const cpu = process.cpuUsage();
  const worker = new Worker(new URL('../support/sample-source.js', import.meta.url), {
    workerData: { samples, perSecond: PER_SECOND, taken: taken.buffer },
  });
  worker.on('message', (block) => {
    fold.add(block);
    log.write(block);
    Atomics.add(taken, 0, 1);
    Atomics.notify(taken, 0);
  });
  await once(worker, 'exit');
  await log.close();
  const { user, system } = process.cpuUsage(cpu);
  const { ok } = fold.finish(end).sections.outcomes;
  if (ok !== samples) throw new Error(`only ${ok} of ${samples} samples came through`);
  return user + system;
}

function folds(samples) {
  const blocks = makeBlocks(samples);
  const plan = planOf(samples);
  return Object.entries(SECTIONS).map(([name, Fold]) => {
    const startMs = performance.now();
    const collector = new Fold({ plan });
    for (const block of blocks) collector.add(block);
    collector.finish(end);
    return part(`fold of ${name}`, performance.now() - startMs, samples);
  });
}

/** These are folded in every run, watched or not. */
function liveFigures(samples) {
  const blocks = makeBlocks(samples);
  const rounds = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    const context = { plan: planOf(samples) };
    const folds = SECTION_ROWS.flatMap(({ watched }) => watched?.open?.(context) ?? []);
    for (const block of blocks) for (const fold of folds) fold.add(block);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / samples;
  });
  return {
    measure: 'fold of the live figures, per request',
    figure: `${spread(rounds, 3)} us`,
    goal: `at most ${LIVE_GOAL_US} us`,
    held: median(rounds) <= LIVE_GOAL_US,
    note: 'CPU',
  };
}

async function log(folder, samples) {
  const path = join(folder, 'samples.arrows');
  const blocks = makeBlocks(Math.min(samples, 300 * ROWS));
  const count = blocks.reduce((sum, { rows }) => sum + rows, 0);
  const file = await openSampleLog(path);
  let encodingMs = 0;
  for (const block of blocks) {
    const startMs = performance.now();
    file.write(block);
    encodingMs += performance.now() - startMs;
    await new Promise((resolve) => setImmediate(resolve)); // blocks come one by one in a run, too
  }
  await file.close();
  const startMs = performance.now();
  let read = 0;
  for await (const { rows } of readSampleLog(path)) read += rows;
  return [
    { ...part('log, encoding', encodingMs, count), note: `${(statSync(path).size / count).toFixed(1)} bytes` },
    part('log, reading', performance.now() - startMs, read),
  ];
}

function part(measure, ms, samples) {
  return { measure: `${measure}, per request`, figure: `${((ms / samples) * 1000).toFixed(3)} us` };
}
