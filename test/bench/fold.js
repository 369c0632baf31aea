// CPU that one sample costs after its answer: recording, the transfer between threads, the folds of all sections, the log.
// Run: node test/bench/fold.js [samples] [--quick]
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createHealth } from '#src/collectors/health';
import { loadHistograms } from '#src/collectors/histogram';
import { createLatency } from '#src/collectors/latency';
import { createOutcomes } from '#src/collectors/outcomes';
import { foldSections } from '#src/collectors/registry';
import { openSampleLog, readSampleLog } from '#src/collectors/sample-log';
import { createTimeline } from '#src/collectors/timeline';
import { median, printBench, spread, tell } from '../support/bench-table.js';

const GOAL_US = 1.5;
const ROWS = 4096;
const PER_SECOND = 10_000;
const SECTIONS = { latency: createLatency, outcomes: createOutcomes, timeline: createTimeline, health: createHealth };

const end = {
  endedMs: 1e6,
  stoppedMs: null,
  stopReason: null,
  interrupted: false,
  crashes: [],
  complete: true,
  resources: null,
};

await printBench(import.meta.url, async ({ quick, numbers: [samples = quick ? 100_000 : 2_000_000] }) => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-bench-'));
  try {
    await loadHistograms();
    const together = await allTogether(folder, samples, quick ? 1 : 5);
    tell('fold: the parts');
    return [together, ...folds(samples), ...(await log(folder, samples))];
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
  const fold = await foldSections({ plan: planOf(samples) });
  const log = await openSampleLog(join(folder, 'together.arrows'));
  const cpu = process.cpuUsage();
  const worker = new Worker(new URL('../support/sample-source.js', import.meta.url), {
    workerData: { samples, perSecond: PER_SECOND, taken: taken.buffer },
  });
  worker.on('message', (batch) => {
    fold.add(batch);
    log.write(batch);
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
  const batches = makeBatches(samples);
  const plan = planOf(samples);
  return Object.entries(SECTIONS).map(([name, create]) => {
    const startMs = performance.now();
    const collector = create({ plan });
    for (const batch of batches) collector.add(batch);
    collector.finish(end);
    return part(`fold of ${name}`, performance.now() - startMs, samples);
  });
}

async function log(folder, samples) {
  const path = join(folder, 'samples.arrows');
  const batches = makeBatches(Math.min(samples, 300 * ROWS));
  const count = batches.reduce((sum, { rows }) => sum + rows, 0);
  const file = await openSampleLog(path);
  let encodingMs = 0;
  for (const batch of batches) {
    const startMs = performance.now();
    file.write(batch);
    encodingMs += performance.now() - startMs;
    await new Promise((resolve) => setImmediate(resolve)); // batches come one by one in a run, too
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

function planOf(samples) {
  const seconds = Math.ceil(samples / PER_SECOND);
  return {
    planned: samples,
    durationMs: seconds * 1000,
    duePerSecond: Array.from({ length: seconds }, (_, i) => Math.min(PER_SECOND, samples - i * PER_SECOND)),
    warmupMs: 1000,
    timeoutMs: 60_000,
    maxLatenessMs: 10,
    maxInFlight: { limit: 10_000, explicit: false },
    connections: 64,
    knowsSent: true,
  };
}

/** Log-normal service times, a little lateness, 1 % failures; the same values at every run. */
function makeBatches(count) {
  let state = 1;
  const random = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const made = [];
  for (let from = 0; from < count; from += ROWS) made.push(makeBatch(from, Math.min(ROWS, count - from), random));
  return made;
}

function makeBatch(from, rows, random) {
  const column = () => new Float64Array(rows).fill(NaN);
  const batch = {
    rows,
    worker: 0,
    seq: new Uint32Array(rows),
    outcome: new Uint8Array(rows),
    coldStart: new Uint8Array(rows),
    details: [],
    ...Object.fromEntries(
      ['dueMs', 'releaseMs', 'handedMs', 'sentMs', 'doneMs', 'doneEarliestMs', 'handshakeMs', 'serverMs'].map(
        (name) => [name, column()],
      ),
    ),
  };
  for (let i = 0; i < rows; i++) {
    const due = ((from + i) / PER_SECOND) * 1000;
    batch.seq[i] = from + i;
    batch.dueMs[i] = batch.releaseMs[i] = due;
    batch.handedMs[i] = due + random() * 0.05;
    batch.sentMs[i] = batch.handedMs[i] + random() * 0.1;
    batch.doneMs[i] =
      batch.sentMs[i] + 10 * Math.exp(Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()));
    batch.doneEarliestMs[i] = batch.doneMs[i] - random() * 0.05;
    if (random() < 0.01) {
      batch.outcome[i] = 5;
      batch.details.push({ row: i, text: 'HTTP 503' });
    }
  }
  return batch;
}
