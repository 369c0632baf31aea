// What one sample costs: the fold of all sections, and the sample log. Run: node test/bench/fold.js [samples]
import { statSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHealth } from '#src/collectors/health';
import { loadHistograms } from '#src/collectors/histogram';
import { createLatency } from '#src/collectors/latency';
import { createOutcomes } from '#src/collectors/outcomes';
import { foldSections } from '#src/collectors/registry';
import { openSampleLog, readSampleLog } from '#src/collectors/sample-log';
import { createTimeline } from '#src/collectors/timeline';

const samples = Number(process.argv[2] ?? 2_000_000);
const ROWS = 4096;
const PER_SECOND = 10_000;

const batches = makeBatches(samples);
const seconds = Math.ceil(samples / PER_SECOND);
const plan = {
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
const end = {
  endedMs: 1e6,
  stoppedMs: null,
  stopReason: null,
  interrupted: false,
  crashes: [],
  complete: true,
  resources: null,
};

await loadHistograms();
for (const [name, create] of Object.entries({ createLatency, createOutcomes, createTimeline, createHealth })) {
  time(name, () => {
    const collector = create({ plan });
    for (const batch of batches) collector.add(batch);
    collector.finish(end);
  });
}
const fold = await foldSections({ plan });
time('whole fold', () => {
  for (const batch of batches) fold.add(batch);
  fold.finish(end);
});
await timeLog();

function time(name, run) {
  const start = performance.now();
  run();
  print(name, performance.now() - start, samples);
}

function print(name, ms, n) {
  console.log(`${name.padEnd(16)} ${((ms / n) * 1000).toFixed(3)} us per sample`);
}

async function timeLog() {
  const folder = mkdtempSync(join(tmpdir(), 'replay-bench-'));
  const path = join(folder, 'samples.arrows');
  const some = batches.slice(0, 300);
  const log = await openSampleLog(path);
  const cpu = process.cpuUsage();
  let encodingMs = 0;
  for (const batch of some) {
    const start = performance.now();
    log.write(batch);
    encodingMs += performance.now() - start;
    await new Promise((resolve) => setImmediate(resolve)); // batches come one by one in a run, too
  }
  print('log, encoding', encodingMs, some.length * ROWS);
  await log.close();
  const used = process.cpuUsage(cpu);
  print('log, all CPU', (used.user + used.system) / 1000, some.length * ROWS);
  console.log(`${'log, bytes'.padEnd(16)} ${(statSync(path).size / some.length / ROWS).toFixed(1)} per sample`);
  const readStart = performance.now();
  let read = 0;
  for await (const { rows } of readSampleLog(path)) read += rows;
  print('log, reading', performance.now() - readStart, read);
  rmSync(folder, { recursive: true });
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
